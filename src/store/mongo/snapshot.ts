import type { ClientSession, Connection } from 'mongoose';
import { asOfCut } from '../../model/first-instant.js';
import type { Snapshot } from '../port/store.js';
import { StoreUnavailable } from '../port/store.js';
import { activityReader } from './activity-reader.js';
import { amongApplications, applicationsOf } from './applications.js';
import { findClosing } from './close-periods.js';
import type { Cut } from './cut.js';
import type { Database } from './database.js';
import type { ApplicationDocument, UserDocument } from './documents.js';
import { byAge } from './listing.js';
import { findNewest } from './newest-registration.js';
import { registrationReader } from './registration-reader.js';
import { amongOfCut, usersOf } from './users.js';

/** MongoDB ends a transaction after 60 s by itself; nobody's statistics take half of it. */
const longestMillis = 30_000;

/**
 * A snapshot is one transaction that only reads. Nothing is ever written in one. `asOf` is taken after the first read, which makes the cut,
 * and lies as far ahead as clocks of other servers may be. Whether a first instant lies ahead of that is asked beside the first read, and only
 * where one does is it looked for in the cut.
 */
export const mongoSnapshots =
  (connection: Connection, database: Database): (() => Promise<Snapshot>) =>
  async () => {
    const session = await database.run(() => connection.startSession());
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, readPreference: 'primary' });
      const unreached = database.unreached();
      const [{ through }, ahead] = await Promise.all([findClosing(database, session), findNewest(database, unreached)]);
      const newest = ahead === undefined ? undefined : await findNewest(database, unreached, session);
      const asOf = asOfCut({ unreached: database.unreached(), newest });
      return snapshotOf({ collections: database, session, through }, { asOf, readAt: database.clock() });
    } catch (error) {
      end(session);
      throw error;
    }
  };

const snapshotOf = (cut: Cut, { asOf, readAt }: Pick<Snapshot, 'asOf' | 'readAt'>): Snapshot => {
  const { read, close } = readsOf(cut.session);
  const registrations = registrationReader(cut);
  const activity = activityReader(cut);
  return {
    asOf,
    readAt,
    registrations: {
      histogram: (histogram) => read(() => registrations.histogram(histogram)),
      page: (query, request) => read(() => registrations.page(query, request)),
      compareKept: (query) => read(() => registrations.compareKept(query)),
      extent: (of) => read(() => registrations.extent(of)),
      namedApplications: (after) => read(() => registrations.namedApplications(after)),
    },
    activity: {
      tokenCounts: (query) => read(() => activity.tokenCounts(query)),
      activeUsers: (query) => read(() => activity.activeUsers(query)),
    },
    findUsers: (ids) => read(() => findUsers(cut, ids)),
    findApplications: (ids) => read(() => findApplications(cut, ids)),
    close,
  };
};

const findUsers = async ({ collections: { users, run }, session }: Cut, ids: readonly string[]) => {
  const found = users.find(amongOfCut(ids)).sort(byAge).session(session);
  return usersOf(await run(() => found.lean<UserDocument[]>()));
};

const findApplications = async ({ collections: { applications, run }, session }: Cut, ids: readonly string[]) => {
  const found = applications.find(amongApplications(ids)).sort(byAge).session(session);
  return applicationsOf(await run(() => found.lean<ApplicationDocument[]>()));
};

interface Reads {
  /** @throws StoreUnavailable after the end, or after a read has found the server away */
  readonly read: <T>(query: () => Promise<T>) => Promise<T>;
  /** Ends the transaction behind the last read. Idempotent. */
  readonly close: () => Promise<void>;
}

const readsOf = (session: ClientSession): Reads => {
  const inTurn = oneAtATime();
  let closed = false;
  let broken: StoreUnavailable | undefined;
  const close = (): Promise<void> => {
    clearTimeout(limit);
    if (closed) return Promise.resolve();
    closed = true;
    return inTurn(() => end(session));
  };
  const limit = setTimeout(() => void close(), longestMillis);
  limit.unref();
  return {
    read: async (query) => {
      if (closed) throw new StoreUnavailable('The snapshot is closed.');
      return inTurn(async () => {
        // Those that waited for their turn must not each wait for a server that is away.
        if (broken !== undefined) throw broken;
        try {
          return await query();
        } catch (error) {
          if (error instanceof StoreUnavailable) broken = error;
          throw error;
        }
      });
    },
    close,
  };
};

/** A transaction takes one command after the other. */
const oneAtATime = (): (<T>(command: () => Promise<T> | T) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (command) => {
    const result = last.then(command);
    last = result.catch(() => undefined);
    return result;
  };
};

/** Ends the transaction, which has nothing to keep. Nobody waits for it: where the server is away it does so itself. */
const end = (session: ClientSession): void => {
  session.endSession().catch(() => undefined); // the driver says that it ignores errors here
};
