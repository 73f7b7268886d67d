import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreRefused } from '../port/store.js';
import { noCommitLog, openCommitLog, type CommitLog } from './commit-log.js';
import { busyMillis, openConnection, type Connection } from './connection.js';
import { createFile } from './create-file.js';
import { foldNames } from './fold-names.js';
import { inspectFile } from './inspect-file.js';
import { takeLock } from './lock-file.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/migrations.js';
import { lacksRoom, resultCode, storeError } from './store-error.js';

export interface OpenedFile {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Writes, unless the file was opened to be read. */
  readonly connection: Connection;
  readonly commitLog: CommitLog;
  close(): void;
}

/** @throws StoreRefused */
export const openFile = (path: string): OpenedFile => {
  try {
    const real = realPath(path);
    const lock = takeLock(`${real}.lock`);
    try {
      return openWith(lock, real);
    } catch (error) {
      lock.close();
      throw error;
    }
  } catch (error) {
    throw refusal(error);
  }
};

/**
 * For a look at a file that is there, also while another process serves it: takes no lock and changes nothing.
 * @throws StoreRefused
 */
export const openFileToRead = (path: string): OpenedFile => {
  try {
    const real = realPathOfFile(resolve(path));
    if (inspectFile(real).version < migrations.length) {
      throw new StoreRefused(
        'The database file is of an older version: start the server on it first, which carries it over.',
      );
    }
    const connection = openConnection(real, { readOnly: true, timeoutMillis: busyMillis });
    return { path: real, connection, commitLog: noCommitLog, close: () => connection.close() };
  } catch (error) {
    throw refusal(error);
  }
};

/**
 * Looks at a file as a start does, without lock and without making it.
 * @throws StoreRefused, StoreUnavailable
 */
export const lookAtFile = (path: string): void => {
  if (isEmpty(path)) return;
  try {
    inspectWritable(realPathOfFile(resolve(path)));
  } catch (error) {
    throw refusal(error);
  }
};

const openWith = (lock: Connection, path: string): OpenedFile => {
  const connection = openWriter(path);
  try {
    const commitLog = openCommitLog(path, connection);
    return { path, connection, commitLog, close: () => closeAll(commitLog, connection, lock) };
  } catch (error) {
    connection.close();
    throw error;
  }
};

const closeAll = (commitLog: CommitLog, writer: Connection, lock: Connection): void => {
  if (writer.isOpen()) {
    commitLog.close();
    emptyLog(writer);
  }
  writer.close();
  lock.close();
};

/**
 * The file is whole without its log: whoever copies it after a shutdown has everything. Where the disk is full or takes no writes the log stays
 * beside the file, as after a crash; nothing is lost by it.
 */
const emptyLog = (writer: Connection): void => {
  try {
    writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (resultCode(error) === undefined) throw error;
  }
};

/** Two names of one file must meet at one lock. */
const realPath = (path: string): string => {
  const absolute = resolve(path);
  mkdirSync(dirname(absolute), { recursive: true, mode: 0o700 });
  const named = join(realpathSync(dirname(absolute)), basename(absolute));
  return statSync(named, { throwIfNoEntry: false }) === undefined ? named : realPathOfFile(named);
};

/** Hard links cannot be followed to one name, and the lock and the log stand beside the name. */
const realPathOfFile = (path: string): string => {
  const found = statSync(path);
  if (found.isFile() && found.nlink > 1) {
    throw new StoreRefused(
      'The database file has another name as well (a hard link), by which a second server could write it at the same time. Remove that name; a backup must be a copy.',
    );
  }
  return realpathSync(path);
};

const openWriter = (path: string): Connection => {
  if (isEmpty(path)) createDatabase(path);
  const { version } = inspectWritable(path);
  const writer = newWriter(path);
  try {
    migrate(writer, version);
    foldNames(writer);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
};

const isEmpty = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;

/** One that may only be read would be opened, and fail at its first write. */
const inspectWritable = (path: string): ReturnType<typeof inspectFile> => {
  accessSync(path, constants.R_OK | constants.W_OK);
  return inspectFile(path);
};

/**
 * Under another name first, so that a file of this name is never half a database; and without a log, which would have to be carried over
 * when the disk is full. No prepared statement is used before the renaming: the driver's connection outlives `close` until its statements
 * are collected as garbage.
 */
const createDatabase = (path: string): void => {
  const unfinished = `${path}.new`;
  for (const leftover of [unfinished, `${unfinished}-journal`]) rmSync(leftover, { force: true });
  createFile(unfinished);
  const writer = openConnection(unfinished);
  try {
    migrate(writer, 0);
  } finally {
    writer.close();
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
};

/** Makes the new name durable; Windows neither needs nor allows it. */
const syncFolder = (path: string): void => {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
};

const newWriter = (path: string): Connection => {
  const writer = openConnection(path, { timeoutMillis: busyMillis });
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
  writer.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096');
  return writer;
};

const refusal = (error: unknown): Error => {
  if (error instanceof StoreRefused) return error;
  // SQLITE_IOERR or no room: nothing is wrong with the file, and it may be better soon.
  if (resultCode(error) === 10 || lacksRoom(error)) return storeError(error);
  return new StoreRefused(
    'The database file cannot be opened. Check that its folder exists and that this user may read and write both.',
    error,
  );
};
