import { closeSync, openSync, statSync } from 'node:fs';

/**
 * Readable by its owner alone. An existing file is not opened: closing it would let go of the locks that this process holds on it
 * (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
export const createFile = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!isThere(error)) throw error;
  }
};

/** Another process that starts at this moment made it. */
const isThere = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
