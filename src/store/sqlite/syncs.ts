import type { CommitLog } from './commit-log.js';
import { unavailable } from './store-error.js';

/** What waits for the disk. */
export interface Awaiting {
  settle(): void;
  fail(error: Error): void;
}

/** One sync at a time, for all that was committed before it began. */
export interface Syncs {
  /** Takes what a COMMIT has just written. */
  add(committed: readonly Awaiting[]): void;
  /** Undefined where all that is committed is on disk; otherwise resolves when it is, or when the disk failed. */
  settled(): Promise<void> | undefined;
  underWay(): boolean;
  /** How many wait. */
  size(): number;
}

/** @param ended told after each sync why it failed, or undefined */
export const createSyncs = (log: CommitLog, ended: (failure: Error | undefined) => void): Syncs => {
  let current: Awaiting[] | undefined;
  /** Committed after the sync under way began, which may have missed them. */
  let next: Awaiting[] = [];
  const start = (): void => {
    if (current !== undefined || next.length === 0) return;
    [current, next] = [next, []];
    begin(log, end);
  };
  const end = (error: unknown): void => {
    const failure = error === undefined ? undefined : unavailable(error);
    conclude(current ?? [], failure);
    // What was committed later stands in the log behind what was lost.
    if (failure !== undefined) conclude(next.splice(0), failure);
    current = undefined;
    start();
    ended(failure);
  };
  return {
    add: (committed) => {
      next.push(...committed);
      start();
    },
    settled: () => current && joining(next.length > 0 ? next : current),
    underWay: () => current !== undefined,
    size: () => (current?.length ?? 0) + next.length,
  };
};

/** @param end told why it failed, or undefined; at once where the disk is quick */
const begin = (log: CommitLog, end: (error: unknown) => void): void => {
  try {
    const syncing = log.sync();
    if (syncing === undefined) end(undefined);
    else syncing.then(() => end(undefined), end);
  } catch (error) {
    end(error);
  }
};

const conclude = (awaiting: readonly Awaiting[], failure: Error | undefined): void => {
  for (const one of awaiting) {
    if (failure === undefined) one.settle();
    else one.fail(failure);
  }
};

const joining = (line: Awaiting[]): Promise<void> =>
  new Promise((resolve) => void line.push({ settle: resolve, fail: () => resolve() }));
