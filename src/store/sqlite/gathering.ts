import { performance } from 'node:perf_hooks';

export interface Gathering {
  /** Whether so many writes should wait for one more turn of the event loop. */
  goesOn(waiting: number): boolean;
  /** Commits what was gathered. */
  end<T>(commit: () => T): T;
}

/**
 * Node takes one new connection in a turn of the event loop, and a COMMIT holds the loop up: clients that connect anew for each request would
 * have a COMMIT each. So a batch waits while every turn brings another write, but no longer than the last COMMIT took.
 * @param now in milliseconds, and parts of one
 */
export const createGathering = (now = (): number => performance.now()): Gathering => {
  let [seen, since, commitMillis] = [0, 0, 0];
  return {
    goesOn: (waiting) => {
      if (waiting === seen) return false;
      if (seen === 0) since = now();
      seen = waiting;
      return now() - since < commitMillis;
    },
    end: (commit) => {
      seen = 0;
      const begin = now();
      try {
        return commit();
      } finally {
        commitMillis = now() - begin;
      }
    },
  };
};
