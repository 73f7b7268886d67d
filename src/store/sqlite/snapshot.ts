import type { Clock } from '../../model/clock.js';
import type { Snapshot } from '../port/store.js';
import { StoreUnavailable } from '../port/store.js';
import { activityReader } from './activity-reader.js';
import { findApplications } from './applications.js';
import type { Connection, Statements } from './connection.js';
import { answer } from './engine.js';
import type { Readers } from './readers.js';
import { registrationReader } from './registration-reader.js';
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
      throw error;
    }
  };

const begin = (connection: Connection, readers: Readers, clock: Clock): Snapshot => {
  connection.statement('BEGIN').run();
  // The cut is made by the first read, not by BEGIN.
  connection.statement('SELECT count(*) FROM settings').get();
  let open = true;
  const statements: Statements = {
    statement: (sql) => {
      if (!open) throw new StoreUnavailable('The snapshot is closed.');
      return connection.statement(sql);
    },
  };
  return {
    asOf: clock() + 1,
    registrations: registrationReader(statements),
    activity: activityReader(statements),
    findUsers: (ids) => answer(() => findUsers(statements, ids)),
    findApplications: (ids) => answer(() => findApplications(statements, ids)),
    close: () =>
      answer(() => {
        if (!open) return;
        open = false;
        connection.statement('COMMIT').run();
        readers.giveBack(connection);
      }),
  };
};
