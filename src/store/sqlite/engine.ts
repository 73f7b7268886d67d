import type { Connection, Statements } from './connection.js';
import type { GroupCommit } from './group-commit.js';
import { storeError } from './store-error.js';
import type { StoreWatch } from './store-watch.js';

/** What the ports of this adapter are made of: the one connection that writes. */
export interface Engine extends Statements {
  readonly write: GroupCommit['write'];
  /** Reads what is committed at this moment, and tells it when it is on disk: nobody sees what a power cut could undo. */
  read<T>(query: () => T): Promise<T>;
}

export const createEngine = (connection: Connection, commits: GroupCommit, watch: StoreWatch): Engine => ({
  statement: (sql) => connection.statement(sql),
  write: (job, committed) => commits.write(job, committed),
  read: (query) => afterwards(answer(query, watch), commits.settled()),
});

const afterwards = <T>(answered: Promise<T>, settled: Promise<void> | undefined): Promise<T> =>
  settled === undefined ? answered : answered.then((value) => settled.then(() => value));

/** A query's result as a promise; it rejects with StoreUnavailable where the disk or the file is the reason of a failure. */
export const answer = <T>(query: () => T, watch?: StoreWatch): Promise<T> =>
  new Promise((resolve, reject) => {
    try {
      resolve(query());
    } catch (error) {
      const failure = storeError(error);
      watch?.noteRead(failure);
      reject(failure);
    }
  });
