import type { Collections } from './database.js';
import { deleteSome } from './delete-some.js';
import { requestTime } from './request-time.js';

/** How many commands one caller waits for; the sweep goes on where it stopped. */
const stepsAtOnce = 100;

/** Deletes what a removed application had. Where that is very much, the sweep does the rest. */
export const finishRemoval = async (collections: Collections, applicationId: string): Promise<void> => {
  requestTime.takeLong();
  for (let step = 0; step < stepsAtOnce; step++) {
    if ((await removalStep(collections, applicationId)) === 0) return;
  }
};

/** One step, which may be done twice. Returns how many documents it changed. */
export const removalStep = async (collections: Collections, applicationId: string): Promise<number> => {
  const { registrations, kept, families, accessTokens, tallies, activeUsers, applications, run } = collections;
  const of = { applicationId };
  const deleted = await Promise.all([
    deleteSome(collections, registrations, of),
    deleteSome(collections, kept, of),
    deleteSome(collections, families, of),
    deleteSome(collections, accessTokens, of),
    deleteSome(collections, tallies, of),
    deleteSome(collections, activeUsers, of),
  ]);
  const sum = deleted.reduce((total, count) => total + count, 0);
  if (sum > 0) return sum;
  await run(() => applications.updateOne({ _id: applicationId }, { $unset: { cleaning: 1 } }));
  return 0;
};
