import { setTimeout as pause } from 'node:timers/promises';
import { ManagementError } from '../model/management-error.js';

/** A compare-and-set that came second. */
export const lost = Symbol('lost');
export type Lost = typeof lost;

const attemptLimit = 200;
const longestPauseMillis = 128;

/**
 * Reads, decides and compares-and-sets until one try is not `lost`. Each try begins with what is there then, after a random pause that grows
 * with the number of tries, so that callers who got in each other's way do not meet again.
 * @throws ManagementError UNAVAILABLE when others came first every time
 */
export const untilDecided = async <T>(attempt: () => Promise<T | Lost>): Promise<T> => {
  for (let tries = 0; tries < attemptLimit; tries += 1) {
    const decided = await attempt();
    if (decided !== lost) return decided;
    await pause(Math.random() * Math.min(2 ** tries, longestPauseMillis));
  }
  throw new ManagementError('UNAVAILABLE', 'Too many changes of the same thing at the same moment: try again.', {
    retryAfterSeconds: 1,
  });
};
