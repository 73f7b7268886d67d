import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../src/store/port/store.js';
import type { Answer } from '../support/server-process.js';

/** A client gives up after so long: something is wrong then. */
const patienceMillis = 60_000;
const betweenMillis = 20;

/** Works on all items, at most `count` at a time, in their order. */
export const inLanes = async <T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
};

/** What a well-behaved client does: asks again when the connection broke or the server was busy. */
export const untilAnswered = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const end = performance.now() + patienceMillis;
  for (;;) {
    const outcome = await ask().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    const isAnswer = !(outcome instanceof Error);
    if (isAnswer && outcome.status !== 503 && outcome.status !== 429) return outcome;
    if (performance.now() > end) throw new Error('No answer for too long.', { cause: outcome });
    await pause(betweenMillis);
  }
};

/** The same for a call of the store. */
export const untilDone = async <T>(call: () => Promise<T>): Promise<T> => {
  const end = performance.now() + patienceMillis;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() > end) throw error;
    }
    await pause(betweenMillis);
  }
};
