import { setTimeout as pause } from 'node:timers/promises';
import { ManagementError } from '../model/management-error.js';

/** A compare-and-set that came second. */
export const lost = Symbol('lost');
export type Lost = typeof lost;

const patienceMillis = 30_000;
/** Of the time that the last try took. */
const longestPause = 64;

/**
 * Reads, decides and compares-and-sets until one try is not `lost`. Each try begins with what is there then, after a random pause that grows
 * with the number of tries and with the time they take, so that callers who get in each other's way come apart on any store.
 * @throws ManagementError UNAVAILABLE when others came first for half a minute
 */
export const untilDecided = async <T>(attempt: () => Promise<T | Lost>): Promise<T> => {
  const start = performance.now();
  for (let tries = 0; ; tries += 1) {
    const begun = performance.now();
    const decided = await attempt();
    if (decided !== lost) return decided;
    const now = performance.now();
    if (now - start > patienceMillis) throw tooBusy();
    await pause(Math.random() * Math.min(2 ** tries, longestPause) * (now - begun));
  }
};

const tooBusy = (): ManagementError =>
  new ManagementError('UNAVAILABLE', 'Too many changes of the same thing at the same moment: try again.', {
    retryAfterSeconds: 1,
  });
