import type { Clock, EpochMillis } from '../../model/clock.js';
import { asOfCut } from '../../model/first-instant.js';
import type { Snapshot } from '../port/store.js';
import { StoreUnavailable } from '../port/store.js';
import { activityReader } from './activity-reader.js';
import { findApplications } from './applications.js';
import type { Connection, Statements } from './connection.js';
import { answer } from './engine.js';
import type { Readers } from './readers.js';
import { registrationReader } from './registration-reader.js';
import { storeError } from './store-error.js';
import { findUsers } from './users.js';

interface Cuts {
  readonly readers: Readers;
  readonly clock: Clock;
  /** As of the group commit. */
  readonly settled: () => Promise<void> | undefined;
  /** The newest first instant in a cut. */
  readonly newestOf: (cut: Statements) => EpochMillis;
}

/** A snapshot is one read transaction on a connection of its own: it stands still while others write. */
export const sqliteSnapshots =
  (cuts: Cuts): (() => Promise<Snapshot>) =>
  async () => {
    const connection = await cuts.readers.take();
    try {
      const snapshot = begin(connection, cuts);
      await cuts.settled();
      return snapshot;
    } catch (error) {
      cuts.readers.giveBack(connection);
      throw storeError(error);
    }
  };

/** Nobody's statistics take so long; while a snapshot is open the log of the database only grows. */
const longestMillis = 30_000;

const begin = (connection: Connection, { readers, clock, newestOf }: Cuts): Snapshot => {
  makeCut(connection);
  const readAt = clock();
  const asOf = asOfCut({ unreached: readAt + 1, newest: newestOf(connection) });
  let open = true;
  const end = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(limit);
    leaveCut(connection, readers);
  };
  const limit = setTimeout(() => void answer(end).catch(() => undefined), longestMillis).unref();
  const statements: Statements = {
    statement: (sql) => {
      if (!open) throw new StoreUnavailable('The snapshot is closed.');
      return connection.statement(sql);
    },
  };
  return {
    asOf,
    readAt,
    registrations: registrationReader(statements),
    activity: activityReader(statements),
    findUsers: (ids) => answer(() => findUsers(statements, ids)),
    findApplications: (ids) => answer(() => findApplications(statements, ids)),
    close: () => answer(end),
  };
};

const makeCut = (connection: Connection): void => {
  // Left behind by a COMMIT that failed.
  if (connection.inTransaction()) connection.exec('ROLLBACK');
  connection.statement('BEGIN').run();
  // The cut is made by the first read, not by BEGIN.
  connection.statement('SELECT count(*) FROM settings').get();
};

const leaveCut = (connection: Connection, readers: Readers): void => {
  try {
    connection.statement('COMMIT').run();
  } finally {
    readers.giveBack(connection);
  }
};
