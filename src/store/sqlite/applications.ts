import { keySetsOf, nameKey, publicOriginsOf, type Application } from '../../model/application.js';
import type { ApplicationCollision, ApplicationFilter, ApplicationStore } from '../port/applications.js';
import { insertAudit } from './audit.js';
import { clientOf, createClientCache } from './client-cache.js';
import type { Statements } from './connection.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { behind, inList, pageOf, when, where, type Condition } from './listing.js';
import { applicationRemoval } from './removal.js';

interface ApplicationRow {
  readonly body: string;
}

/** Public origins cost a look into an index, so that only clients are held in memory. */
export const sqliteApplications = (engine: Engine): ApplicationStore => {
  const cache = createClientCache();
  const rows = applicationRows(engine);
  const removal = applicationRemoval(engine);
  const byId = engine.statement<ApplicationRow>('SELECT body FROM applications WHERE id = ?');
  const byName = engine.statement<ApplicationRow>('SELECT body FROM applications WHERE name_key = ?');
  const byClientId = engine.statement<ApplicationRow>(
    'SELECT body FROM client_ids JOIN applications ON id = application_id WHERE client_id = ?',
  );
  const publicOrigin = engine.statement('SELECT 1 FROM public_origins WHERE origin = ? LIMIT 1');
  return {
    create: (application, audit) =>
      engine.write(() => {
        const collision = rows.collisionOf(application) ?? rows.takenId(application.id);
        if (collision !== undefined) return collision;
        rows.insert(application);
        insertAudit(engine, audit);
        return 'created';
      }),
    replace: (next, expectedVersion, audit) =>
      engine.write(
        () => {
          const version = rows.versionOf(next.id);
          if (version === undefined) return 'unknown';
          if (version !== expectedVersion) return 'version_moved';
          const collision = rows.collisionOf(next);
          if (collision !== undefined) return collision;
          rows.remove(next.id);
          rows.insert(next);
          insertAudit(engine, audit);
          return 'replaced';
        },
        () => cache.forget(next.id),
      ),
    remove: async (id, audit, expectedVersion) => {
      const first = (): 'removed' | 'version_moved' | 'unknown' => {
        const version = rows.versionOf(id);
        if (version === undefined) return 'unknown';
        if (version !== (expectedVersion ?? version)) return 'version_moved';
        rows.remove(id);
        removal.mark(id);
        insertAudit(engine, audit);
        return 'removed';
      };
      const outcome = await engine.write(first, () => cache.forget(id));
      if (outcome === 'removed') await removal.finish(id);
      return outcome;
    },
    find: (id) => engine.read(() => parsed(byId.get(id))),
    findByName: (key) => engine.read(() => parsed(byName.get(key))),
    findMany: (ids) => engine.read(() => findApplications(engine, ids)),
    findClient: (clientId) => {
      const known = cache.find(clientId);
      if (known !== undefined) return Promise.resolve(known);
      return engine.read(() => {
        const application = parsed(byClientId.get(clientId));
        const client = application && clientOf(application, clientId);
        if (client !== undefined) cache.keep(clientId, client);
        return client;
      });
    },
    isPublicOrigin: (origin) => engine.read(() => publicOrigin.get(origin) !== undefined),
    page: (filter, request) =>
      engine.read(() => {
        const { sql, values } = where([...conditions(filter), ...behind(request, 'created_at, id', '>')]);
        const select = `SELECT body FROM applications ${sql} ORDER BY created_at, id LIMIT ?`;
        const found = engine.statement<ApplicationRow>(select).all(...values, request.first + 1);
        return pageOf(found, request, parseApplication);
      }),
    count: (filter) =>
      engine.read(() => {
        const { sql, values } = where(conditions(filter));
        const count = `SELECT count(*) AS n FROM applications ${sql}`;
        return engine.statement<{ readonly n: number }>(count).get(...values)?.n ?? 0;
      }),
  };
};

export const findApplications = (statements: Statements, ids: readonly string[]): readonly Application[] =>
  statements
    .statement<ApplicationRow>(`SELECT body FROM applications WHERE ${inList('id')} ORDER BY created_at, id`)
    .all(JSON.stringify(ids))
    .map(parseApplication);

const parseApplication = (row: ApplicationRow): Application => parseDocument<Application>(row.body);

const parsed = (row: ApplicationRow | undefined): Application | undefined => row && parseApplication(row);

const conditions = (filter: ApplicationFilter): readonly Condition[] => [
  ...when(filter.nameContains, 'instr(name_key, ?) > 0', (part) => [part]),
  ...when(filter.enabled, 'enabled = ?', (enabled) => [Number(enabled)]),
  ...when(
    filter.label,
    `EXISTS (SELECT 1 FROM json_each(body, '$.labels') WHERE value ->> 'key' = ? AND value ->> 'value' = ?)`,
    ({ key, value }) => [key, value],
  ),
];

/** The rows that one application consists of; each call is part of a write. */
const applicationRows = (
  engine: Engine,
): {
  versionOf(id: string): number | undefined;
  takenId(id: string): 'id_taken' | undefined;
  collisionOf(application: Application): Exclude<ApplicationCollision, 'id_taken'> | undefined;
  insert(application: Application): void;
  remove(id: string): void;
} => {
  const version = engine.statement<{ readonly version: number }>('SELECT version FROM applications WHERE id = ?');
  const taken = engine.statement(
    'SELECT 1 FROM applications WHERE id = ?1 UNION ALL SELECT 1 FROM removed_applications WHERE id = ?1',
  );
  const takenName = engine.statement('SELECT 1 FROM applications WHERE name_key = ? AND id <> ?');
  const takenClientId = engine.statement('SELECT 1 FROM client_ids WHERE client_id = ? AND application_id <> ?');
  const insert = engine.statement(
    'INSERT INTO applications (id, name_key, enabled, version, created_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertClientId = engine.statement('INSERT INTO client_ids (client_id, application_id) VALUES (?, ?)');
  const insertOrigin = engine.statement('INSERT INTO public_origins (origin, application_id) VALUES (?, ?)');
  const removals = [
    'DELETE FROM client_ids WHERE application_id = ?',
    'DELETE FROM public_origins WHERE application_id = ?',
    'DELETE FROM applications WHERE id = ?',
  ].map((sql) => engine.statement(sql));
  return {
    versionOf: (id) => version.get(id)?.version,
    takenId: (id) => (taken.get(id) === undefined ? undefined : 'id_taken'),
    collisionOf: (application) => {
      if (takenName.get(nameKey(application.name), application.id) !== undefined) return 'name_taken';
      const clientIds = keySetsOf(application).map(({ clientId }) => clientId);
      if (new Set(clientIds).size < clientIds.length) return 'client_id_taken';
      return clientIds.some((clientId) => takenClientId.get(clientId, application.id) !== undefined)
        ? 'client_id_taken'
        : undefined;
    },
    insert: (application) => {
      const { id, name, enabled, version: number, createdAt } = application;
      insert.run(id, nameKey(name), Number(enabled), number, createdAt, JSON.stringify(application));
      for (const { clientId } of keySetsOf(application)) insertClientId.run(clientId, id);
      if (enabled) for (const origin of publicOriginsOf(application)) insertOrigin.run(origin, id);
    },
    remove: (id) => {
      for (const removal of removals) removal.run(id);
    },
  };
};
