import type { Snapshot, Store } from '../store/port/store.js';

/**
 * The one cut through the data that all statistics of an operation are read from. It is opened by the first of them, and closed when the
 * operation has ended and nobody reads any more: a field that failed may leave others behind that still do.
 */
export interface OperationCut {
  read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /**
   * Does work that opens snapshots of its own before the cut is opened: a store has only so many at a time, and operations that held one
   * while they wait for another would wait for each other. For root fields: these all begin before anything is opened.
   */
  before<T>(work: () => Promise<T>): Promise<T>;
  /** Reads that come later see what has happened since. For the next mutation of an operation. */
  renew(): Promise<void>;
  /** Ends the operation: later reads are refused. Idempotent. */
  close(): Promise<void>;
}

export const operationCut = (store: Store): OperationCut => {
  let opened: Promise<Snapshot> | undefined;
  let over = false;
  const reads = new Set<Promise<unknown>>();
  const earlier = workBefore();
  const renew = async (): Promise<void> => {
    const snapshot = opened;
    opened = undefined;
    await Promise.allSettled(reads);
    // One that could not be opened has told its readers so.
    await snapshot?.then(
      (open) => open.close(),
      () => undefined,
    );
  };
  return {
    read: async (work) => {
      if (over) throw new Error('The operation is over.');
      opened ??= earlier.isDone().then(() => store.openSnapshot());
      return whileIn(reads, opened.then(work));
    },
    before: earlier.before,
    renew,
    close: async () => {
      over = true;
      await renew();
    },
  };
};

/** What root fields do before the cut is opened. */
const workBefore = () => {
  let all: Promise<unknown> = Promise.resolve();
  return {
    before: <T>(work: () => Promise<T>): Promise<T> => {
      const done = work();
      all = Promise.allSettled([all, done]);
      return done;
    },
    isDone: async (): Promise<void> => {
      await Promise.resolve(); // the other root fields are called now
      await all;
    },
  };
};

/** The read, which is in the set until it has ended. */
const whileIn = async <T>(reads: Set<Promise<unknown>>, read: Promise<T>): Promise<T> => {
  reads.add(read);
  try {
    return await read;
  } finally {
    reads.delete(read);
  }
};
