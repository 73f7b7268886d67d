import { statSync, type Stats } from 'node:fs';
import type { Log } from '../../model/log.js';
import { StoreUnavailable } from '../port/store.js';
import { isDamage } from './store-error.js';

export interface FileWatch {
  /** Why nothing may be written: what was opened is not what stands at its path any more, and a next start would find nothing of it. */
  loss(): StoreUnavailable | undefined;
  /** Takes why a statement failed: tells once of pages that are damaged. */
  note(failure: Error): void;
}

/** Looks at the open file and its log by their names, which costs some microseconds; opening them would let go of our locks. */
export const fileWatch = (path: string, log: Log | undefined): FileWatch => {
  const files = [path, `${path}-wal`];
  const opened = files.map(look);
  let longest = 0;
  let isLost = false;
  let isDamaged = false;
  const isWhole = (): boolean => {
    const [file, ...more] = files.map(look);
    // SQLite only lets it grow. Once it was cut, what makes it long again is not what was there.
    if (file === undefined || file.size < longest) return false;
    longest = file.size;
    return [file, ...more].every((found, index) => isSame(found, opened[index]));
  };
  return {
    loss: () => {
      const isLostNow = !isWhole();
      if (isLostNow && !isLost) log?.error({ todo: bringBack }, 'database_file_lost');
      if (isLost && !isLostNow) log?.info({}, 'store_recovered');
      isLost = isLostNow;
      return isLost ? new StoreUnavailable('The database file is not the one that was opened.') : undefined;
    },
    note: (failure) => {
      if (isDamaged || !isDamage(failure)) return;
      isDamaged = true;
      log?.error({ todo: restore }, 'database_file_damaged');
    },
  };
};

const bringBack =
  'The database file or its log (-wal) was removed, replaced or cut while the server was running: nothing is written any more. Put back what was moved; otherwise restart, on a backup if the file is gone.';
const restore = 'Pages of the database file are damaged: stop the server and restore a backup.';

const look = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // its folder is out of reach
  }
};

const isSame = (found: Stats | undefined, opened: Stats | undefined): boolean =>
  found !== undefined && found.ino === opened?.ino && found.dev === opened.dev;
