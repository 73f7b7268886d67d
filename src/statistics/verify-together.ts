import type { Store } from '../store/port/store.js';
import { verifyStatistics, type StatisticsVerification } from './verify-statistics.js';

/** `verifyStatistics` of one store, for many who ask. */
export type VerifyTogether = (asked: Parameters<typeof verifyStatistics>[1]) => Promise<StatisticsVerification>;

interface Recount {
  hasBegun: boolean;
  readonly answer: Promise<StatisticsVerification>;
}

/**
 * A recount takes long, and nobody is kept from asking for it. Who asks while one of the same is under way shares the next one with everybody
 * who asks until that begins: however many ask there are no more than two, and each answer was counted after it was asked for.
 */
export const verifyTogether = (store: Store): VerifyTogether => {
  const latest = new Map<string | undefined, Recount>();
  return (asked) => {
    const key = asked.applicationId ?? undefined;
    const before = latest.get(key);
    if (before !== undefined && !before.hasBegun) return before.answer;
    const recount: Recount = {
      hasBegun: false,
      answer: after(before, async () => {
        recount.hasBegun = true;
        try {
          return await verifyStatistics(store, asked);
        } finally {
          if (latest.get(key) === recount) latest.delete(key);
        }
      }),
    };
    latest.set(key, recount);
    return recount.answer;
  };
};

const after = async <T>(before: Recount | undefined, work: () => Promise<T>): Promise<T> => {
  await Promise.allSettled([before?.answer]);
  return work();
};
