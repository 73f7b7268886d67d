import { StoreUnavailable } from '../port/store.js';
import { openConnection, type Connection } from './connection.js';
import { busyMillis } from './open-file.js';

/** A few read-only connections, opened when they are needed. */
export interface Readers {
  /** A connection of one's own until it is given back; waits while all are taken. */
  take(): Promise<Connection>;
  giveBack(connection: Connection): void;
  close(): void;
}

/** Each holds a page cache; an operation holds one for a few milliseconds. */
const connectionLimit = 8;
const waitingLimit = 1_000;

export const createReaders = (path: string): Readers => {
  const all: Connection[] = [];
  const free: Connection[] = [];
  const waiting: { resolve(connection: Connection): void; reject(error: Error): void }[] = [];
  let closed = false;
  const takeNow = (): Connection | undefined => {
    const known = free.pop();
    if (known !== undefined || all.length >= connectionLimit) return known;
    const opened = openConnection(path, { readOnly: true, timeoutMillis: busyMillis });
    all.push(opened);
    return opened;
  };
  return {
    take: () =>
      new Promise((resolve, reject) => {
        if (closed || waiting.length >= waitingLimit)
          throw new StoreUnavailable('The store is closing or too many reads wait.');
        const connection = takeNow();
        if (connection === undefined) waiting.push({ resolve, reject });
        else resolve(connection);
      }),
    giveBack: (connection) => {
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else next.resolve(connection);
    },
    close: () => {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(new StoreUnavailable('The store is closing.'));
      for (const connection of all) connection.close();
    },
  };
};
