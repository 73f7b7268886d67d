import { afterAll } from '@jest/globals';

const closers = new Set<() => unknown>();

/** Closes something behind the last test of the file, whatever became of the test that opened it: what is left open keeps Jest from ending. */
export const closeAtTheEnd = (close: () => unknown): void => {
  closers.add(close);
};

afterAll(async () => {
  await Promise.allSettled([...closers].map((close) => Promise.resolve().then(close)));
});
