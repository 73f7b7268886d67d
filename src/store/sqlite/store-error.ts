import { constants } from 'node:os';
import { DiskFull, StoreUnavailable } from '../port/store.js';

/** Result codes that speak of the machine and not of the statement (https://www.sqlite.org/rescode.html). */
const environmentCodes: ReadonlySet<number> = new Set([
  5, // SQLITE_BUSY
  6, // SQLITE_LOCKED
  7, // SQLITE_NOMEM
  8, // SQLITE_READONLY
  10, // SQLITE_IOERR
  11, // SQLITE_CORRUPT
  13, // SQLITE_FULL
  14, // SQLITE_CANTOPEN
  26, // SQLITE_NOTADB
]);

/** The primary result code of an error of the driver, whose errors are no `Error` of every realm. */
export const resultCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

/** What a caller of the port gets for an error: StoreUnavailable where the disk or the file is the reason, or that it is closed. */
export const storeError = (error: unknown): Error => {
  if (environmentCodes.has(resultCode(error) ?? 0) || lacksRoom(error) || isClosed(error)) return unavailable(error);
  return error instanceof Error ? error : new Error('The embedded store refused a statement.', { cause: error });
};

/** Whatever it was, the store could not do its part. */
export const unavailable = (error: unknown): StoreUnavailable => {
  if (error instanceof StoreUnavailable) return error;
  return lacksRoom(error) ? new DiskFull(error) : new StoreUnavailable(error);
};

/** Whether the file's content is the reason: SQLITE_CORRUPT, SQLITE_NOTADB. */
export const isDamage = (failure: Error): boolean => [11, 26].includes(resultCode(failure.cause) ?? 0);

const { ENOSPC, EDQUOT, EFBIG } = constants.errno;
/** A full disk, a full quota, and a file that may grow no more. SQLite has a code of its own only for the first; `fs` counts downwards. */
const roomErrors: ReadonlySet<unknown> = new Set([ENOSPC, EDQUOT, EFBIG].flatMap((number) => [number, -number]));

/** As the driver says it, or `fs`. */
export const lacksRoom = (error: unknown): boolean =>
  resultCode(error) === 13 ||
  (typeof error === 'object' &&
    error !== null &&
    (('systemErrno' in error && roomErrors.has(error.systemErrno)) ||
      ('errno' in error && roomErrors.has(error.errno))));

const isClosed = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_INVALID_STATE';
