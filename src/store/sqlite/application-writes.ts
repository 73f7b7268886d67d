import { keySetsOf, nameKey, publicOriginsOf, type Application } from '../../model/application.js';
import type { ApplicationCollision, ApplicationStore } from '../port/applications.js';
import { insertAudit } from './audit.js';
import type { ClientCache } from './client-cache.js';
import type { Engine } from './engine.js';
import { applicationRemoval } from './removal.js';

export const applicationWrites = (
  engine: Engine,
  cache: ClientCache,
): Pick<ApplicationStore, 'create' | 'replace' | 'remove'> => {
  const rows = applicationRows(engine);
  return {
    create: (application, audit) =>
      engine.write(() => {
        const collision = rows.collisionOf(application) ?? rows.takenId(application.id);
        if (collision !== undefined) return collision;
        rows.insert(application);
        insertAudit(engine, audit);
        return 'created';
      }),
    replace: (next, expectedVersion, audit) => {
      const replace = () => {
        const refused = rows.movedFrom(next.id, expectedVersion) ?? rows.collisionOf(next);
        if (refused !== undefined) return refused;
        rows.remove(next.id);
        rows.insert(next);
        insertAudit(engine, audit);
        return 'replaced';
      };
      return engine.write(replace, () => cache.forget(next.id));
    },
    remove: removeWith(engine, cache, rows),
  };
};

const removeWith = (engine: Engine, cache: ClientCache, rows: ApplicationRows): ApplicationStore['remove'] => {
  const removal = applicationRemoval(engine);
  return async (id, audit, expectedVersion) => {
    const remove = () => {
      const refused = rows.movedFrom(id, expectedVersion);
      if (refused !== undefined) return refused;
      rows.remove(id);
      removal.mark(id);
      insertAudit(engine, audit);
      return 'removed';
    };
    const outcome = await engine.write(remove, () => cache.forget(id));
    if (outcome === 'removed') await removal.finish(id);
    return outcome;
  };
};

/** The rows that one application consists of; each call is part of a write. */
interface ApplicationRows extends Collisions {
  insert(application: Application): void;
  remove(id: string): void;
}

const applicationRows = (engine: Engine): ApplicationRows => {
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
    ...collisions(engine),
    insert: (application) => {
      const { id, name, enabled, version, createdAt } = application;
      insert.run(id, nameKey(name), Number(enabled), version, createdAt, JSON.stringify(application));
      for (const { clientId } of keySetsOf(application)) insertClientId.run(clientId, id);
      if (enabled) for (const origin of publicOriginsOf(application)) insertOrigin.run(origin, id);
    },
    remove: (id) => {
      for (const removal of removals) removal.run(id);
    },
  };
};

interface Collisions {
  /** Undefined: the application is there in the version that was expected, or in any if none was. */
  movedFrom(id: string, expectedVersion: number | undefined): 'version_moved' | 'unknown' | undefined;
  takenId(id: string): 'id_taken' | undefined;
  collisionOf(application: Application): Exclude<ApplicationCollision, 'id_taken'> | undefined;
}

const collisions = (engine: Engine): Collisions => {
  const current = engine.statement<{ readonly version: number }>('SELECT version FROM applications WHERE id = ?');
  const taken = engine.statement(
    'SELECT 1 FROM applications WHERE id = ?1 UNION ALL SELECT 1 FROM removed_applications WHERE id = ?1',
  );
  const takenName = engine.statement('SELECT 1 FROM applications WHERE name_key = ? AND id <> ?');
  const takenClientId = engine.statement('SELECT 1 FROM client_ids WHERE client_id = ? AND application_id <> ?');
  const isTaken = (clientId: string, id: string): boolean => takenClientId.get(clientId, id) !== undefined;
  return {
    movedFrom: (id, expectedVersion) => {
      const version = current.get(id)?.version;
      if (version === undefined) return 'unknown';
      return version === (expectedVersion ?? version) ? undefined : 'version_moved';
    },
    takenId: (id) => (taken.get(id) === undefined ? undefined : 'id_taken'),
    collisionOf: (application) => {
      if (takenName.get(nameKey(application.name), application.id) !== undefined) return 'name_taken';
      const clientIds = keySetsOf(application).map(({ clientId }) => clientId);
      const twice = new Set(clientIds).size < clientIds.length;
      return twice || clientIds.some((clientId) => isTaken(clientId, application.id)) ? 'client_id_taken' : undefined;
    },
  };
};
