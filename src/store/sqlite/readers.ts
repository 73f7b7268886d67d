import { StoreBusy, storeWaitMillis, StoreUnavailable } from '../port/store.js';
import { busyMillis, openConnection, type Connection } from './connection.js';
import { storeError } from './store-error.js';

/** A few read-only connections, opened when they are needed. */
export interface Readers {
  /** A connection of one's own until it is given back; waits while all are taken, and rejects with StoreBusy when that takes too long. */
  take(): Promise<Connection>;
  giveBack(connection: Connection): void;
  /** Closes what is free now and the others when they are given back. */
  close(): void;
}

/** Each holds a page cache; an operation holds one for a few milliseconds. */
export const connectionLimit = 8;
const waitingLimit = 1_000;

export const createReaders = (path: string): Readers => {
  const pool = connectionPool(path);
  const waiting = waitingLine();
  let closed = false;
  return {
    take: () =>
      new Promise((resolve, reject) => {
        if (closed) throw closing();
        try {
          const connection = pool.take();
          if (connection === undefined) waiting.join({ resolve, reject });
          else resolve(connection);
        } catch (error) {
          reject(storeError(error));
        }
      }),
    giveBack: (connection) => {
      const next = waiting.next();
      if (next !== undefined) next.resolve(connection);
      else if (closed) connection.close();
      else pool.keep(connection);
    },
    close: () => {
      closed = true;
      for (let next = waiting.next(); next !== undefined; next = waiting.next()) next.reject(closing());
      pool.closeKept();
    },
  };
};

const closing = (): StoreUnavailable => new StoreUnavailable('The store is closing.');

interface Waiting {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: Error) => void;
}

interface WaitingLine {
  /** @throws StoreBusy when the line is too long */
  join(reader: Waiting): void;
  /** The one that has waited longest; he waits no more. */
  next(): Waiting | undefined;
}

/** First come, first served; nobody waits longer than a caller of the store may. */
const waitingLine = (): WaitingLine => {
  const line = new Map<Waiting, NodeJS.Timeout>();
  const leave = (reader: Waiting): void => {
    clearTimeout(line.get(reader));
    line.delete(reader);
  };
  return {
    join: (reader) => {
      if (line.size >= waitingLimit) throw new StoreBusy('Too many reads wait.');
      const giveUp = (): void => {
        leave(reader);
        reader.reject(new StoreBusy('All connections for reading are in use.'));
      };
      line.set(reader, setTimeout(giveUp, storeWaitMillis));
    },
    next: () => {
      const [first] = line.keys();
      if (first !== undefined) leave(first);
      return first;
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
