import type { Model } from 'mongoose';
import type { Runs } from './run.js';

/** How many documents one command deletes, so that it ends in time. */
const stepSize = 500;

/** Ids first: a range delete would have no limit. What matches no longer when its turn comes stays. */
export const deleteSome = async <D extends { _id: string }>(
  { run }: Runs,
  collection: Model<D>,
  condition: Record<string, unknown>,
): Promise<number> => {
  const ids = await run(() => collection.find(condition).select('_id').limit(stepSize).lean<{ _id: string }[]>());
  if (ids.length === 0) return 0;
  const these = { ...condition, _id: { $in: ids.map(({ _id }) => _id) } };
  const { deletedCount } = await run(() => collection.deleteMany(these));
  return deletedCount;
};
