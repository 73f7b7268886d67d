import { StoreUnavailable } from '../port/store.js';
import { commitOrRefuse, newJob, type Job } from './batch.js';
import { createGathering } from './gathering.js';
import type { OpenedFile } from './open-file.js';
import type { StoreWatch } from './store-watch.js';
import { createSyncs } from './syncs.js';

export interface GroupCommit {
  /**
   * Runs `job` in a transaction that it shares with the other writes of this moment, and resolves with what it returned when the
   * COMMIT is on disk. A job that throws is undone alone; then the others run once more, so a job changes nothing but the database.
   * `committed` runs after COMMIT and before anybody reads again.
   */
  write<T>(job: () => T, committed?: (result: T) => void): Promise<T>;
  /** Undefined where what can be read now is on disk; otherwise resolves when it is, or when the disk failed. */
  settled(): Promise<void> | undefined;
  /** Resolves when nothing waits; what comes later is refused. */
  stop(): Promise<void>;
}

/** Bounds how long the event loop stands still, and what one failing COMMIT takes along. */
const batchLimit = 64;
/** Nothing queues without limit: more than this wait only when the disk stands still. */
const queueLimit = 20_000;

export type CommittedFile = Pick<OpenedFile, 'connection' | 'commitLog'>;

/**
 * A batch runs in one go, from BEGIN to COMMIT, so that nobody on this connection ever reads what is not committed. While the disk is
 * busy with one, the next gathers.
 */
export const createGroupCommit = ({ connection, commitLog }: CommittedFile, watch: StoreWatch): GroupCommit => {
  const waiting: Job[] = [];
  const gathering = createGathering();
  const syncs = createSyncs(commitLog, (failure) => {
    gathering.ends();
    if (failure !== undefined) watch.note(failure);
    turns.next();
  });
  const turns = createTurns({
    mayCommit: () => waiting.length > 0 && (waiting.length >= batchLimit || !syncs.underWay()),
    gathers: () => waiting.length < batchLimit && gathering.goesOn(waiting.length),
    isIdle: () => waiting.length === 0 && !syncs.underWay(),
    commit: () => {
      gathering.commits();
      const { committed, failure } = commitOrRefuse(connection, waiting.splice(0, batchLimit), watch.loss());
      syncs.add(committed);
      watch.note(failure);
    },
  });
  return {
    write: (job, committed) =>
      new Promise((resolve, reject) => {
        if (turns.stopped() || waiting.length + syncs.size() >= queueLimit) throw notNow();
        waiting.push(newJob(job, { committed, resolve, reject }));
        turns.next();
      }),
    settled: () => syncs.settled(),
    stop: () => turns.stop(),
  };
};

interface Steps {
  readonly mayCommit: () => boolean;
  readonly gathers: () => boolean;
  readonly isIdle: () => boolean;
  readonly commit: () => void;
}

/** One step in a turn of the event loop, so that the writes of a turn come together. */
const createTurns = ({ mayCommit, gathers, isIdle, commit }: Steps) => {
  const stopping: (() => void)[] = [];
  let [scheduled, stopped] = [false, false];
  const next = (): void => {
    if (isIdle()) for (const resolve of stopping.splice(0)) resolve();
    if (scheduled || !mayCommit()) return;
    scheduled = true;
    setImmediate(turn);
  };
  const turn = (): void => {
    if (gathers()) {
      setImmediate(turn);
      return;
    }
    scheduled = false;
    commit();
    next();
  };
  return {
    next,
    stopped: () => stopped,
    stop: async (): Promise<void> => {
      stopped = true;
      if (!isIdle()) await new Promise<void>((resolve) => stopping.push(resolve));
    },
  };
};

const notNow = (): StoreUnavailable => new StoreUnavailable('The store is closing or too many writes wait.');
