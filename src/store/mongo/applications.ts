import { keySetsOf, type Application, type Client } from '../../model/application.js';
import type { ApplicationFilter, ApplicationStore } from '../port/applications.js';
import { createApplication, removeApplication, replaceApplication } from './application-writes.js';
import type { Database } from './database.js';
import type { ApplicationDocument } from './documents.js';
import { all, behind, byAge, pageOf, when, type Condition } from './listing.js';
import { readTogether } from './read-together.js';

/** A removed application's document keeps its id and no more. */
const live = { removedAt: { $exists: false } };

export const mongoApplications = (database: Database): ApplicationStore => ({
  create: (application, audit) => createApplication(database, application, audit),
  replace: (next, expectedVersion, audit) => replaceApplication(database, next, { expectedVersion, audit }),
  remove: (id, audit, expectedVersion) => removeApplication(database, id, { expectedVersion, audit }),
  ...lookups(database),
  ...listing(database),
});

type Lookups = Pick<
  ApplicationStore,
  'find' | 'findByName' | 'findMany' | 'findClient' | 'findNobody' | 'isPublicOrigin'
>;

const lookups = ({ applications, run }: Database): Lookups => {
  const one = async (condition: Condition): Promise<Application | undefined> => {
    const document = await run(() => applications.findOne({ ...condition, ...live }).lean<ApplicationDocument>());
    return document?.application;
  };
  // Of every request; each waits by its own limit for the read that it shares.
  const readClient = readTogether((clientId) =>
    applications
      .findOne({ clientIds: clientId, ...live })
      .lean<ApplicationDocument>()
      .exec(),
  );
  return {
    find: (id) => one({ _id: id }),
    findByName: (key) => one({ nameKey: key }),
    findMany: async (ids) => {
      const found = await run(() =>
        applications.find(amongApplications(ids)).sort(byAge).lean<ApplicationDocument[]>(),
      );
      return applicationsOf(found);
    },
    findClient: async (clientId) => {
      const document = await run(() => readClient(clientId));
      return document?.application && clientOf(document.application, clientId);
    },
    findNobody: () => Promise.resolve(), // found or not, the database was asked
    isPublicOrigin: async (origin) =>
      (await run(() => applications.exists({ publicOrigins: origin, ...live }))) !== null,
  };
};

const listing = ({ applications, run }: Database): Pick<ApplicationStore, 'page' | 'count'> => ({
  page: async (filter, request) => {
    const condition = all([...conditions(filter), ...behind(request, ['createdAt', '_id'], '$gt')]);
    const found = await run(() =>
      applications
        .find(condition)
        .sort(byAge)
        .limit(request.first + 1)
        .lean<ApplicationDocument[]>(),
    );
    return pageOf(applicationsOf(found), request, (application) => application);
  },
  count: (filter) => run(() => applications.countDocuments(all(conditions(filter)))),
});

/** Those of the applications with these ids that are not removed. */
export const amongApplications = (ids: readonly string[]): Condition => ({ _id: { $in: [...ids] }, ...live });

export const applicationsOf = (documents: readonly ApplicationDocument[]): readonly Application[] =>
  documents.flatMap(({ application }) => application ?? []);

const clientOf = (application: Application, clientId: string): Client | undefined => {
  const keySet = keySetsOf(application).find((candidate) => candidate.clientId === clientId);
  return keySet && { application, keySet };
};

const conditions = ({ nameContains, enabled, label }: ApplicationFilter): readonly Condition[] => [
  live,
  ...when(nameContains, (part) => ({
    $expr: { $gte: [{ $indexOfBytes: ['$nameKey', { $literal: part }] }, 0] },
  })),
  ...when(enabled, (value) => ({ 'application.enabled': value })),
  ...when(label, ({ key, value }) => ({ 'application.labels': { $elemMatch: { key, value } } })),
];
