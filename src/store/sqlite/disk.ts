import { fdatasync, fdatasyncSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Disk {
  /** As `fs.fdatasync`. */
  flush(file: number, done: (error: Error | null) => void): void;
  /** As `fs.fdatasyncSync`. */
  flushNow(file: number): void;
  /** In milliseconds, and parts of one. */
  now(): number;
}

export const thisDisk: Disk = { flush: fdatasync, flushNow: fdatasyncSync, now: () => performance.now() };

/** A batch of writes keeps the event loop for about as long. */
const quickMillis = 1;
const [shortestMillis, longestMillis] = [100, 10_000];

/**
 * Brings to disk what was written to an open file: undefined when that is done, otherwise a promise. Waiting in the event loop for a quick
 * disk costs less than letting requests begin meanwhile, whose writes would come in many small batches. A slow one is left to a thread,
 * and tried again now and then, the more seldom the more often it was slow.
 */
export const flusher = (file: number, disk: Disk): (() => Promise<void> | undefined) => {
  let [slowUntil, pauseMillis] = [-Infinity, shortestMillis];
  return () => {
    const since = disk.now();
    if (since < slowUntil) return flushed(file, disk);
    disk.flushNow(file);
    const until = disk.now();
    if (until - since < quickMillis) {
      pauseMillis = shortestMillis;
    } else {
      slowUntil = until + pauseMillis;
      pauseMillis = Math.min(2 * pauseMillis, longestMillis);
    }
    return undefined;
  };
};

const flushed = (file: number, disk: Disk): Promise<void> =>
  new Promise((resolve, reject) => {
    disk.flush(file, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
