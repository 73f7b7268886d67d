import type { Model } from 'mongoose';
import type { Collections } from './database.js';
import { run } from './run.js';

/** How many documents one command deletes, so that it ends in time. */
const stepSize = 500;
/** How many commands one caller waits for; the sweep goes on where it stopped. */
const stepsAtOnce = 100;

/** Deletes what a removed application had. Where that is very much, the sweep does the rest. */
export const finishRemoval = async (collections: Collections, applicationId: string): Promise<void> => {
  for (let step = 0; step < stepsAtOnce; step++) {
    if ((await removalStep(collections, applicationId)) === 0) return;
  }
};

/** One step, which may be done twice. Returns how many documents it changed. */
export const removalStep = async (collections: Collections, applicationId: string): Promise<number> => {
  const { registrations, kept, families, accessTokens, tallies, activeUsers, applications } = collections;
  const of = { applicationId };
  const deleted =
    (await deleteSome(registrations, of)) +
    (await deleteSome(kept, of)) +
    (await deleteSome(families, of)) +
    (await deleteSome(accessTokens, of)) +
    (await deleteSome(tallies, of)) +
    (await deleteSome(activeUsers, of));
  if (deleted > 0) return deleted;
  await run(() => applications.updateOne({ _id: applicationId }, { $unset: { cleaning: 1 } }));
  return 0;
};

/** Ids first: a range delete would have no limit. What matches no longer when its turn comes stays. */
export const deleteSome = async <D extends { _id: string }>(
  collection: Model<D>,
  condition: Record<string, unknown>,
): Promise<number> => {
  const ids = await run(() => collection.find(condition).select('_id').limit(stepSize).lean<{ _id: string }[]>());
  if (ids.length === 0) return 0;
  const these = { ...condition, _id: { $in: ids.map(({ _id }) => _id) } };
  const { deletedCount } = await run(() => collection.deleteMany(these));
  return deletedCount;
};
