import { StoreUnavailable } from '../port/store.js';
import type { Connection } from './connection.js';
import { storeError } from './connection.js';

export interface GroupCommit {
  /**
   * Runs `job` in a transaction that it shares with the other writes of this moment, and resolves after COMMIT with what it
   * returned. A job that throws is undone alone. `committed` runs after COMMIT and before any caller goes on.
   */
  write<T>(job: () => T, committed?: (result: T) => void): Promise<T>;
  /** Resolves when nothing waits; what comes later is refused. */
  stop(): Promise<void>;
}

interface Job {
  /** Throws what the job throws. */
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

/** Bounds how long the event loop stands still, and what one failing COMMIT takes along. */
const batchLimit = 64;
/** Nothing queues without limit: more than this wait only when the disk stands still. */
const queueLimit = 20_000;

/** A batch runs in one go, from BEGIN to COMMIT, so that nobody on this connection ever reads what is not committed. */
export const createGroupCommit = (connection: Connection): GroupCommit => {
  const waiting: Job[] = [];
  let stopped: (() => void) | undefined;
  let scheduled = false;
  const flush = (): void => {
    commitTogether(connection, waiting.splice(0, batchLimit));
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(flush);
    else stopped?.();
  };
  return {
    write: (job, committed) =>
      new Promise((resolve, reject) => {
        if (stopped !== undefined || waiting.length >= queueLimit) {
          reject(new StoreUnavailable('The store is closing or too many writes wait.'));
          return;
        }
        waiting.push(newJob(job, (result) => {
          committed?.(result);
          resolve(result);
        }, reject));
        if (!scheduled) setImmediate(flush);
        scheduled = true;
      }),
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve;
        if (!scheduled) resolve();
      }),
  };
};

const newJob = <T>(job: () => T, settle: (result: T) => void, fail: (error: unknown) => void): Job => {
  let result: { readonly value: T } | undefined;
  return {
    run: () => {
      result = { value: job() };
    },
    settle: () => {
      if (result !== undefined) settle(result.value);
    },
    fail: (error) => fail(storeError(error)),
  };
};

const commitTogether = (connection: Connection, batch: readonly Job[]): void => {
  const failures = new Map<Job, unknown>();
  try {
    connection.statement('BEGIN IMMEDIATE').run();
    for (const job of batch) attempt(connection, job, failures);
    connection.statement('COMMIT').run();
  } catch (error) {
    if (connection.inTransaction()) connection.statement('ROLLBACK').run();
    for (const job of batch) job.fail(new StoreUnavailable(error));
    return;
  }
  for (const job of batch) {
    if (failures.has(job)) job.fail(failures.get(job));
    else job.settle();
  }
};

/** @throws when SQLite gave up the whole transaction, as it does when the disk is full */
const attempt = (connection: Connection, job: Job, failures: Map<Job, unknown>): void => {
  connection.statement('SAVEPOINT job').run();
  try {
    job.run();
  } catch (error) {
    if (!connection.inTransaction()) throw error;
    failures.set(job, error);
    connection.statement('ROLLBACK TO job').run();
  }
  connection.statement('RELEASE job').run();
};
