import type { Clock } from '../../model/clock.js';
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

/** A snapshot is one read transaction on a connection of its own: it stands still while others write. */
export const sqliteSnapshots =
  (readers: Readers, clock: Clock): (() => Promise<Snapshot>) =>
  async () => {
    const connection = await readers.take();
    try {
      return begin(connection, readers, clock);
    } catch (error) {
      readers.giveBack(connection);
      throw storeError(error);
    }
  };

/** Nobody's statistics take so long; while a snapshot is open the log of the database only grows. */
const longestMillis = 30_000;

const begin = (connection: Connection, readers: Readers, clock: Clock): Snapshot => {
  // Left behind by a COMMIT that failed.
  if (connection.inTransaction()) connection.exec('ROLLBACK');
  connection.statement('BEGIN').run();
  // The cut is made by the first read, not by BEGIN.
  connection.statement('SELECT count(*) FROM settings').get();
  const asOf = clock() + 1;
  let open = true;
  const end = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(limit);
    try {
      connection.statement('COMMIT').run();
    } finally {
      readers.giveBack(connection);
    }
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
    registrations: registrationReader(statements),
    activity: activityReader(statements),
    findUsers: (ids) => answer(() => findUsers(statements, ids)),
    findApplications: (ids) => answer(() => findApplications(statements, ids)),
    close: () => answer(end),
  };
};
