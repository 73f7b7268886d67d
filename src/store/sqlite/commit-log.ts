import { closeSync, openSync } from 'node:fs';
import type { StoreUnavailable } from '../port/store.js';
import type { Connection } from './connection.js';
import { flusher, thisDisk, type Disk } from './disk.js';
import { unavailable } from './store-error.js';

/** The write-ahead log of the database file, seen as a file. */
export interface CommitLog {
  /**
   * Brings every COMMIT before the call to disk. Undefined: it is there, since the disk is quick; otherwise a thread of Node's pool waits
   * for it, and the promise resolves when it is there.
   * @throws StoreUnavailable, at once or by the promise: then `loss` tells when one may write again
   */
  sync(): Promise<void> | undefined;
  /** Why nothing may be written: a sync failed, and what it was to write is not on disk by another way yet. */
  loss(): StoreUnavailable | undefined;
  close(): void;
}

/** From here on COMMIT leaves the disk to `sync`; SQLite itself still syncs what a checkpoint needs. */
export const openCommitLog = (path: string, connection: Connection, disk: Disk = thisDisk): CommitLog => {
  connection.exec('PRAGMA synchronous = NORMAL');
  const file = openSync(`${path}-wal`, 'r+');
  const flush = flusher(file, disk);
  let failure: StoreUnavailable | undefined;
  const failed = (error: unknown): never => {
    failure = unavailable(error);
    throw failure;
  };
  return {
    sync: () => {
      try {
        return flush()?.catch(failed);
      } catch (error) {
        return failed(error);
      }
    },
    // The kernel tells of a failed write once, and the next sync succeeds without it: only a checkpoint brings it to disk.
    loss: () => {
      try {
        if (failure !== undefined && isInDatabase(connection)) failure = undefined;
      } catch (error) {
        failure = unavailable(error);
      }
      return failure;
    },
    close: () => {
      closeSync(file);
    },
  };
};

/** Copies what the log holds into the database file, as far as no reader needs it, and syncs both. */
const isInDatabase = (connection: Connection): boolean => {
  const checkpoint = connection.statement<Checkpoint>('PRAGMA wal_checkpoint(PASSIVE)').get();
  return checkpoint !== undefined && checkpoint.log === checkpoint.checkpointed;
};

/** Of a connection that only reads. */
export const noCommitLog: CommitLog = {
  sync: () => undefined,
  loss: () => undefined,
  close: () => undefined,
};

/** In frames of the log. */
interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}
