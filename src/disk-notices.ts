import { describeError } from './http/describe-error.js';
import type { Log } from './model/log.js';
import type { DiskNotices } from './store/port/disk-notices.js';

/** Tells the log that somebody must act, and that it has helped. */
export const diskNotices = (log: Log): DiskNotices => ({
  full: (failure) => log.error({ todo, ...describeError(failure) }, 'disk_full'),
  hasRoom: () => log.info({}, 'disk_has_room'),
});

const todo =
  'The disk of the database file, or a quota of it, is full: make room. Reads go on, and the next write tries again by itself.';
