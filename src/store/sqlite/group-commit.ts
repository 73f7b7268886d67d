import { DiskFull, StoreUnavailable } from '../port/store.js';
import type { Connection } from './connection.js';
import { createGathering } from './gathering.js';
import { storeError, unavailable } from './store-error.js';
import type { StoreWatch } from './store-watch.js';

export interface GroupCommit {
  /**
   * Runs `job` in a transaction that it shares with the other writes of this moment, and resolves after COMMIT with what it
   * returned. A job that throws is undone alone; then the others run once more, so a job changes nothing but the database.
   * `committed` runs after COMMIT and before anybody reads again.
   */
  write<T>(job: () => T, committed?: (result: T) => void): Promise<T>;
  /** Resolves when nothing waits; what comes later is refused. */
  stop(): Promise<void>;
}

interface Job {
  /** Throws what the job throws. */
  run(): void;
  settle(): void;
  fail(error: Error): void;
}

/** Bounds how long the event loop stands still, and what one failing COMMIT takes along. */
const batchLimit = 64;
/** Nothing queues without limit: more than this wait only when the disk stands still. */
const queueLimit = 20_000;

/** A batch runs in one go, from BEGIN to COMMIT, so that nobody on this connection ever reads what is not committed. */
export const createGroupCommit = (connection: Connection, watch: StoreWatch): GroupCommit => {
  const waiting: Job[] = [];
  const stopping: (() => void)[] = [];
  const gathering = createGathering();
  let stopped = false;
  let scheduled = false;
  const flush = (): void => {
    if (waiting.length >= batchLimit || !gathering.goesOn(waiting.length)) {
      const batch = waiting.splice(0, batchLimit);
      watch.note(failAll(batch, watch.loss()) ?? gathering.end(() => commitTogether(connection, batch)));
    }
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(flush);
    else for (const resolve of stopping.splice(0)) resolve();
  };
  return {
    write: (job, committed) =>
      new Promise((resolve, reject) => {
        if (stopped || waiting.length >= queueLimit) throw notNow();
        waiting.push(newJob(job, { committed, resolve, reject }));
        if (!scheduled) setImmediate(flush);
        scheduled = true;
      }),
    stop: async () => {
      stopped = true;
      if (scheduled) await new Promise<void>((resolve) => stopping.push(resolve));
    },
  };
};

const notNow = (): StoreUnavailable => new StoreUnavailable('The store is closing or too many writes wait.');

interface Waiting<T> {
  readonly committed: ((result: T) => void) | undefined;
  readonly resolve: (result: T) => void;
  readonly reject: (error: Error) => void;
}

const newJob = <T>(job: () => T, { committed, resolve, reject }: Waiting<T>): Job => {
  let result: { readonly value: T } | undefined;
  return {
    run: () => {
      result = { value: job() };
    },
    settle: () => {
      if (result === undefined) return;
      committed?.(result.value);
      resolve(result.value);
    },
    fail: reject,
  };
};

/** Undefined: all of it is committed. Otherwise why not, a full disk before anything else. */
const commitTogether = (connection: Connection, batch: readonly Job[]): Error | undefined => {
  let failures: ReadonlyMap<Job, Error>;
  try {
    failures = allOrNothing(connection, batch) ?? oneByOne(connection, batch);
  } catch (error) {
    undo(connection);
    return failAll(batch, unavailable(error));
  }
  for (const job of batch) {
    const failure = failures.get(job);
    if (failure === undefined) job.settle();
    else job.fail(failure);
  }
  return failures.size === 0 ? undefined : worst([...failures.values()]);
};

/** Returns the failure, if there is one. */
const failAll = (batch: readonly Job[], failure: Error | undefined): Error | undefined => {
  if (failure !== undefined) for (const job of batch) job.fail(failure);
  return failure;
};

const worst = (failures: readonly Error[]): Error | undefined =>
  failures.find((failure) => failure instanceof DiskFull) ?? failures[0];

const noFailures: ReadonlyMap<Job, Error> = new Map();

/** As almost every batch goes: a savepoint would copy each page that its job changes. Undefined, with nothing done, if a job throws. */
const allOrNothing = (connection: Connection, batch: readonly Job[]): ReadonlyMap<Job, Error> | undefined => {
  connection.statement('BEGIN IMMEDIATE').run();
  try {
    for (const job of batch) job.run();
  } catch {
    undo(connection);
    return undefined;
  }
  connection.statement('COMMIT').run();
  return noFailures;
};

/** Finds out which jobs throw, and carries out the others. */
const oneByOne = (connection: Connection, batch: readonly Job[]): ReadonlyMap<Job, Error> => {
  const failures = new Map<Job, Error>();
  connection.statement('BEGIN IMMEDIATE').run();
  for (const job of batch) attempt(connection, job, failures);
  connection.statement('COMMIT').run();
  return failures;
};

/** @throws when SQLite gave up the whole transaction, as it does when the disk is full */
const attempt = (connection: Connection, job: Job, failures: Map<Job, Error>): void => {
  connection.statement('SAVEPOINT job').run();
  try {
    job.run();
  } catch (error) {
    if (!connection.inTransaction()) throw storeError(error);
    failures.set(job, storeError(error));
    connection.statement('ROLLBACK TO job').run();
  }
  connection.statement('RELEASE job').run();
};

/** Never throws: a disk that fails the COMMIT may fail this as well, and the next BEGIN says so. */
const undo = (connection: Connection): void => {
  try {
    if (connection.inTransaction()) connection.statement('ROLLBACK').run();
  } catch {
    // Still in a transaction: BEGIN will fail and with it every write, until `undo` succeeds after one of them.
  }
};
