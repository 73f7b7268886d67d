import { StoreUnavailable } from '../port/store.js';
import { busyMillis, openConnection, type Connection } from './connection.js';
import { storeError } from './store-error.js';

/** A few read-only connections, opened when they are needed. */
export interface Readers {
  /** A connection of one's own until it is given back; waits while all are taken. */
  take(): Promise<Connection>;
  giveBack(connection: Connection): void;
  /** Closes what is free now and the others when they are given back. */
  close(): void;
}

/** Each holds a page cache; an operation holds one for a few milliseconds. */
const connectionLimit = 8;
const waitingLimit = 1_000;

interface Waiting {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: Error) => void;
}

export const createReaders = (path: string): Readers => {
  const pool = connectionPool(path);
  const waiting: Waiting[] = [];
  let closed = false;
  return {
    take: () =>
      new Promise((resolve, reject) => {
        if (closed || waiting.length >= waitingLimit) throw new StoreUnavailable('Closing, or too many reads wait.');
        try {
          const connection = pool.take();
          if (connection === undefined) waiting.push({ resolve, reject });
          else resolve(connection);
        } catch (error) {
          reject(storeError(error));
        }
      }),
    giveBack: (connection) => {
      const next = waiting.shift();
      if (next !== undefined) next.resolve(connection);
      else if (closed) connection.close();
      else pool.keep(connection);
    },
    close: () => {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(new StoreUnavailable('The store is closing.'));
      pool.closeKept();
    },
  };
};

interface ConnectionPool {
  /** One that is free, or a new one while there are fewer than the limit. */
  take(): Connection | undefined;
  keep(connection: Connection): void;
  closeKept(): void;
}

const connectionPool = (path: string): ConnectionPool => {
  const free: Connection[] = [];
  let opened = 0;
  return {
    take: () => {
      const known = free.pop();
      if (known !== undefined || opened >= connectionLimit) return known;
      const connection = openConnection(path, { readOnly: true, timeoutMillis: busyMillis });
      opened += 1;
      return connection;
    },
    keep: (connection) => void free.push(connection),
    closeKept: () => {
      for (const connection of free.splice(0)) connection.close();
    },
  };
};
