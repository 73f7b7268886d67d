import { statSync, type Stats } from 'node:fs';
import type { Log } from '../../model/log.js';
import { StoreUnavailable } from '../port/store.js';
import type { Statements } from './connection.js';
import type { OpenedFile } from './open-file.js';
import { isDamage } from './store-error.js';

export interface FileWatch {
  /** Why nothing may be written: what was opened is not what stands at its path any more, and a next start would find nothing of it. */
  loss(): StoreUnavailable | undefined;
  /** Takes why a statement failed: tells once of pages that are damaged. */
  note(failure: Error): void;
}

export type WatchedFile = Pick<OpenedFile, 'path' | 'connection'>;

/** Looks at the open file and its log by their names, which costs some microseconds; opening them would let go of our locks. */
export const fileWatch = ({ path, connection }: WatchedFile, log: Log | undefined): FileWatch => {
  const files = [path, `${path}-wal`];
  const opened = files.map(look);
  let longest = 0;
  let isLost = false;
  let isDamaged = false;
  const isWhole = (): boolean => {
    const [file, ...more] = files.map(look);
    // Once it was cut, what makes it long again is not what was there.
    if (file === undefined || (file.size < longest && file.size < contentBytes(connection))) return false;
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

/** As SQLite counts it. A file can become shorter in good order: after a VACUUM, which an operator may do while we serve, at the next checkpoint. */
const contentBytes = (statements: Statements): number => {
  try {
    return statements.statement<{ readonly bytes: number }>(countBytes).get()?.bytes ?? Infinity;
  } catch {
    return Infinity; // it counts more pages than there are
  }
};

const countBytes = 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';

const isSame = (found: Stats | undefined, opened: Stats | undefined): boolean =>
  found !== undefined && found.ino === opened?.ino && found.dev === opened.dev;
