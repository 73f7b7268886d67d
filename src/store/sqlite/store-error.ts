import { StoreUnavailable } from '../port/store.js';

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
  if (environmentCodes.has(resultCode(error) ?? 0) || isClosed(error)) return new StoreUnavailable(error);
  return error instanceof Error ? error : new Error('The embedded store refused a statement.', { cause: error });
};

const isClosed = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_INVALID_STATE';
