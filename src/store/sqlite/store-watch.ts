import type { Clock } from '../../model/clock.js';
import type { Log } from '../../model/log.js';
import type { StoreUnavailable } from '../port/store.js';
import { diskWatch } from './disk-watch.js';
import { fileWatch } from './file-watch.js';
import type { OpenedFile } from './open-file.js';

/** What keeps an eye on the disk and the file, and tells the log. */
export interface StoreWatch {
  /** Why nothing may be written. */
  loss(): StoreUnavailable | undefined;
  /** Takes what came of a transaction: why it failed, or undefined if all of it was committed. */
  note(failure: Error | undefined): void;
  /** Takes why a read failed. */
  noteRead(failure: Error): void;
}

export type WatchedFile = Pick<OpenedFile, 'path' | 'connection' | 'commitLog'>;

export const storeWatch = (opened: WatchedFile, clock: Clock, log: Log | undefined): StoreWatch => {
  const disk = diskWatch(opened.connection, clock, log);
  const file = fileWatch(opened, log);
  return {
    loss: () => file.loss() ?? opened.commitLog.loss(),
    note: (failure) => {
      disk.note(failure);
      if (failure !== undefined) file.note(failure);
    },
    noteRead: (failure) => file.note(failure),
  };
};
