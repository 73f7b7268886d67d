import { DatabaseSync } from '@photostructure/sqlite';
import { StoreUnavailable } from '../port/store.js';

export type Value = string | number | null;

/** A prepared statement. Text with U+0000, which the driver would cut, is in no row: reading by it finds nothing, writing it throws. */
export interface Statement<Row> {
  /** Number of rows that it changed. */
  run(...values: readonly Value[]): number;
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): readonly Row[];
}

/** One connection. It holds the database open by itself: the driver closes it when only statements are left. */
export interface Connection {
  /** Prepared once for each text. */
  statement<Row = Record<string, never>>(sql: string): Statement<Row>;
  exec(sql: string): void;
  inTransaction(): boolean;
  close(): void;
}

export interface ConnectionOptions {
  readonly readOnly?: boolean;
  /** How long a statement waits for another process's lock; it blocks the event loop. */
  readonly timeoutMillis?: number;
}

export const openConnection = (path: string, options: ConnectionOptions = {}): Connection => {
  const database = new DatabaseSync(path, {
    readOnly: options.readOnly ?? false,
    timeout: options.timeoutMillis ?? 0,
  });
  const prepared = new Map<string, Statement<unknown>>();
  return {
    statement: <Row>(sql: string) => {
      const known = prepared.get(sql) ?? prepare(database, sql);
      prepared.set(sql, known);
      return known as Statement<Row>; // the SQL decides the columns, and STRICT tables their types
    },
    exec: (sql) => {
      database.exec(sql);
    },
    inTransaction: () => database.isTransaction,
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

const prepare = (database: DatabaseSync, sql: string): Statement<unknown> => {
  const statement = database.prepare(sql);
  return {
    run: (...values) => {
      if (holdsNul(values)) throw new TypeError('U+0000 cannot be stored.');
      return statement.run(...values).changes;
    },
    get: (...values) => {
      const row: unknown = holdsNul(values) ? undefined : statement.get(...values);
      return row;
    },
    all: (...values) => (holdsNul(values) ? [] : statement.all(...values)),
  };
};

const holdsNul = (values: readonly Value[]): boolean =>
  values.some((value) => typeof value === 'string' && value.includes('\0'));

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

/** The primary result code of an error of the driver. */
export const resultCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

/** What a caller of the port gets for an error: StoreUnavailable where the disk or the file is the reason. */
export const storeError = (error: unknown): unknown =>
  environmentCodes.has(resultCode(error) ?? 0) ? new StoreUnavailable(error) : error;
