import { performance } from 'node:perf_hooks';

export interface Gathering {
  /** Whether so many writes should wait for one more turn of the event loop. */
  goesOn(waiting: number): boolean;
  /** What was gathered is being committed. */
  commits(): void;
  /** It is on disk. */
  ends(): void;
}

/**
 * Node takes one new connection in a turn of the event loop, and answers that leave together bring the next requests in turns that follow:
 * clients would have a COMMIT each. So a batch waits while every turn brings another write, but no longer than the last COMMIT took.
 * @param now in milliseconds, and parts of one
 */
export const createGathering = (now = (): number => performance.now()): Gathering => {
  let [seen, since, begun, commitMillis] = [0, 0, 0, 0];
  return {
    goesOn: (waiting) => {
      if (waiting === seen) return false;
      if (seen === 0) since = now();
      seen = waiting;
      return now() - since < commitMillis;
    },
    commits: () => {
      seen = 0;
      begun = now();
    },
    ends: () => {
      commitMillis = now() - begun;
    },
  };
};
