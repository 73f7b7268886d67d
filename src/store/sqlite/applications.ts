import type { Application } from '../../model/application.js';
import type { ApplicationFilter, ApplicationStore } from '../port/applications.js';
import { applicationWrites } from './application-writes.js';
import { clientOf, createClientCache, type ClientCache } from './client-cache.js';
import type { Statements } from './connection.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { countOf, inList, pageOf, when, type Condition } from './listing.js';
import { walkedRows } from './walk.js';

interface ApplicationRow {
  readonly body: string;
}

export const sqliteApplications = (engine: Engine): ApplicationStore => {
  const cache = createClientCache();
  return {
    ...applicationWrites(engine, cache),
    ...oneApplication(engine),
    ...clientFinder(engine, cache),
    findMany: (ids) => engine.read(() => findApplications(engine, ids)),
    page: async (filter, request) => {
      const list = { table: 'applications', columns: 'body', at: 'created_at', order: 'ASC', within: [] } as const;
      const found = await walkedRows<ApplicationRow>(engine, { ...list, filter: conditions(filter) }, request);
      return pageOf(found, request, parseApplication);
    },
    count: (filter) => engine.read(() => countOf(engine, 'applications', conditions(filter))),
  };
};

const oneApplication = (engine: Engine): Pick<ApplicationStore, 'find' | 'findByName' | 'isPublicOrigin'> => {
  const byId = engine.statement<ApplicationRow>('SELECT body FROM applications WHERE id = ?');
  const byName = engine.statement<ApplicationRow>('SELECT body FROM applications WHERE name_key = ?');
  const publicOrigin = engine.statement('SELECT 1 FROM public_origins WHERE origin = ? LIMIT 1');
  return {
    find: (id) => engine.read(() => parsed(byId.get(id))),
    findByName: (key) => engine.read(() => parsed(byName.get(key))),
    isPublicOrigin: (origin) => engine.read(() => publicOrigin.get(origin) !== undefined),
  };
};

/** Only clients that are there are held in memory: of those that are not there are as many as somebody likes to ask for. */
const clientFinder = (engine: Engine, cache: ClientCache): Pick<ApplicationStore, 'findClient' | 'findNobody'> => {
  const byClientId = engine.statement<ApplicationRow>(
    'SELECT body FROM client_ids JOIN applications ON id = application_id WHERE client_id = ?',
  );
  return {
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
    findNobody: () => engine.read(() => void byClientId.get('')), // no id is empty
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
