import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

export type Value = string | number | Uint8Array | null;

/** A prepared statement. Text with U+0000, which the driver would cut, is in no row: reading by it finds nothing, writing it throws. */
export interface Statement<Row> {
  /** Number of rows that it changed. */
  run(...values: readonly Value[]): number;
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): readonly Row[];
}

/** What a query is made of, on the writer's connection or on a reader's. */
export interface Statements {
  /** Prepared once for each text. */
  statement<Row = Record<string, never>>(sql: string): Statement<Row>;
}

/** One connection. It holds the database open by itself: the driver closes it when only statements are left. */
export interface Connection extends Statements {
  exec(sql: string): void;
  inTransaction(): boolean;
  isOpen(): boolean;
  close(): void;
}

/** Statements wait so long for a lock of another process (a backup, a shell): the event loop stands still meanwhile. */
export const busyMillis = 500;

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
    isOpen: () => database.isOpen,
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

const prepare = (database: DatabaseSyncInstance, sql: string): Statement<unknown> => {
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
    all: (...values) => {
      const rows: unknown[] = holdsNul(values) ? [] : statement.all(...values);
      return rows;
    },
  };
};

const holdsNul = (values: readonly Value[]): boolean =>
  values.some((value) => typeof value === 'string' && value.includes('\0'));
