import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Clock } from '../model/clock.js';
import type { Log } from '../model/log.js';
import type { Store } from './port/store.js';
import { StoreRefused, StoreUnavailable } from './port/store.js';
import { canBeMade, privateFolder } from './private-folder.js';

export interface StoreOptions {
  readonly clock?: Clock;
  /** `read`: for a look beside a running server. MongoDB takes many writers anyway. Absent: `write`. */
  readonly access?: 'read' | 'write';
  /** Told of a store that goes away, is too slow or has no room left, and when it is well again. */
  readonly log?: Log;
}

/**
 * Opens the store that a URL names: `file:…` is the embedded one, `mongodb://…` and `mongodb+srv://…` are MongoDB. The driver of
 * the other one is never loaded.
 * @throws StoreRefused when the start must stop   @throws StoreUnavailable when MongoDB is away: try again
 */
export const openStore = async (url: string, options: StoreOptions = {}): Promise<Store> => {
  if (url.startsWith('file:')) return openFileStore(filePath(url), options);
  if (url.startsWith('mongodb://') || url.startsWith('mongodb+srv://')) {
    const { openMongoStore } = await import('./mongo/open.js');
    return openMongoStore(url, options);
  }
  throw new StoreRefused('The database URL must begin with file:, mongodb:// or mongodb+srv://.');
};

/**
 * Looks at the store that a URL names and at the files that belong to it, without connecting and without making anything.
 * @returns why a start would stop; undefined: nothing speaks against it as far as can be seen
 */
export const lookAtStore = async (url: string): Promise<StoreRefused | undefined> => {
  try {
    if (url.startsWith('file:')) await lookAtFileOf(filePath(url));
    else (await import('./mongo/check-url.js')).checkUrl(url);
    return undefined;
  } catch (error) {
    if (error instanceof StoreRefused) return error;
    if (error instanceof StoreUnavailable) return undefined; // may be better when it is opened
    throw error;
  }
};

const lookAtFileOf = async (path: string): Promise<void> => {
  if (!canBeMade(dirname(path))) throw folderCannotBeMade();
  const { lookAtFile } = await import('./sqlite/open-file.js');
  lookAtFile(path);
};

const openFileStore = async (path: string, options: StoreOptions): Promise<Store> => {
  if (options.access !== 'read') makeFolderOf(path);
  const { openSqliteStore } = await import('./sqlite/open.js');
  try {
    return await openSqliteStore(path, options);
  } catch (error) {
    throw openingError(error);
  }
};

const makeFolderOf = (path: string): void => {
  try {
    privateFolder(dirname(path));
  } catch (error) {
    throw folderCannotBeMade(error);
  }
};

const folderCannotBeMade = (cause?: unknown): StoreRefused =>
  new StoreRefused('The folder of the database file cannot be made. Name one that this user may write.', cause);

/** What a file system says that can never do what was asked of it, unlike a disk that is full. */
const unfitCodes: ReadonlySet<unknown> = new Set([
  constants.errno.EINVAL,
  constants.errno.ENOSYS,
  constants.errno.EOPNOTSUPP,
]);

/** What a file that could not be opened is told as: where its file system takes no locks, or no writes as SQLite does them, a refusal. */
export const openingError = (error: unknown): unknown => {
  if (!(error instanceof StoreUnavailable)) return error;
  const { cause } = error;
  const isUnfit =
    typeof cause === 'object' && cause !== null && 'systemErrno' in cause && unfitCodes.has(cause.systemErrno);
  if (!isUnfit) return error;
  return new StoreRefused(
    'The file system of the database file cannot lock or write it. Name a file on a local disk.',
    error,
  );
};

/** `file:relative/path`, `file:/absolute/path` and `file:///absolute/path`; percent-encoding only in the last form. */
const filePath = (url: string): string => {
  const path = url.startsWith('file://') ? absolutePath(url) : url.slice('file:'.length);
  if (path === '' || path.includes('\0')) throw new StoreRefused('The database URL file:… must name a file.');
  return path;
};

const absolutePath = (url: string): string => {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new StoreRefused('The database URL must be file:relative/path or file:///absolute/path.', error);
  }
};
