import { StoreRefused } from '../port/store.js';
import { busyMillis, openConnection, type Connection } from './connection.js';
import { createFile } from './create-file.js';
import { resultCode } from './store-error.js';

/**
 * An exclusive transaction on an empty database file beside ours, held for the life of the process: the operating system lets go of it
 * however the process ends.
 */
export const takeLock = (path: string): Connection => {
  createFile(path);
  try {
    return lockedConnection(path);
  } catch (error) {
    throw lockRefusal(error);
  }
};

const lockedConnection = (path: string): Connection => {
  const connection = openConnection(path, { timeoutMillis: busyMillis });
  try {
    connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

const lockRefusal = (error: unknown): unknown => {
  switch (resultCode(error)) {
    case 5: // SQLITE_BUSY
      return new StoreRefused(
        'Another process uses this database file, here or on another machine that shares the folder. Stop it first; several servers on one store need MongoDB.',
        error,
      );
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
    case 26: // SQLITE_NOTADB
      return new StoreRefused(
        'The lock file of the database, with .lock behind its name, is not one of Tallygate or belongs to another user. If no server uses the database, remove it: it holds nothing, and a start makes its own.',
        error,
      );
    default:
      return error;
  }
};
