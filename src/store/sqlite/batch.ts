import { DiskFull } from '../port/store.js';
import type { Connection } from './connection.js';
import { storeError, unavailable } from './store-error.js';
import type { Awaiting } from './syncs.js';

/** A write that shares its transaction with others. */
export interface Job extends Awaiting {
  /** Throws what the job throws. */
  run(): void;
  /** Told after COMMIT. */
  committed(): void;
}

interface Waiting<T> {
  readonly committed: ((result: T) => void) | undefined;
  readonly resolve: (result: T) => void;
  readonly reject: (error: Error) => void;
}

export const newJob = <T>(job: () => T, { committed, resolve, reject }: Waiting<T>): Job => {
  let result: { readonly value: T } | undefined;
  return {
    run: () => {
      result = { value: job() };
    },
    committed: () => {
      if (result !== undefined) committed?.(result.value);
    },
    settle: () => {
      if (result !== undefined) resolve(result.value);
    },
    fail: reject,
  };
};

/** What came of a batch. */
export interface BatchOutcome {
  /** In the log of the database, and perhaps not on disk yet. */
  readonly committed: readonly Job[];
  /** Why not all of it is committed, a full disk before anything else. */
  readonly failure: Error | undefined;
}

/** @param loss why nothing may be written */
export const commitOrRefuse = (connection: Connection, batch: readonly Job[], loss: Error | undefined): BatchOutcome =>
  loss === undefined ? commitTogether(connection, batch) : failTogether(batch, loss);

const commitTogether = (connection: Connection, batch: readonly Job[]): BatchOutcome => {
  let failures: ReadonlyMap<Job, Error>;
  try {
    failures = allOrNothing(connection, batch) ?? oneByOne(connection, batch);
  } catch (error) {
    undo(connection);
    return failTogether(batch, unavailable(error));
  }
  for (const [job, failure] of failures) job.fail(failure);
  const committed = failures.size === 0 ? batch : batch.filter((job) => !failures.has(job));
  for (const job of committed) job.committed();
  return { committed, failure: worst([...failures.values()]) };
};

const failTogether = (batch: readonly Job[], failure: Error): BatchOutcome => {
  for (const job of batch) job.fail(failure);
  return { committed: [], failure };
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
