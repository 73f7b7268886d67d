import type { Snapshot, Store } from '../store/port/store.js';

/**
 * The one cut through the data that all statistics of an operation are read from. It is opened by the first of them, and closed when the
 * operation has ended and nobody reads any more: a field that failed may leave others behind that still do.
 */
export interface OperationCut {
  read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /** Reads that come later see what has happened since. For the next mutation of an operation. */
  renew(): Promise<void>;
  /** Ends the operation: later reads are refused. Idempotent. */
  close(): Promise<void>;
}

export const operationCut = (store: Store): OperationCut => {
  let opened: Promise<Snapshot> | undefined;
  let over = false;
  const reads = new Set<Promise<unknown>>();
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
      opened ??= store.openSnapshot();
      const read = opened.then(work);
      reads.add(read);
      try {
        return await read;
      } finally {
        reads.delete(read);
      }
    },
    renew,
    close: async () => {
      over = true;
      await renew();
    },
  };
};
