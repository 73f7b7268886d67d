import type { Collections } from './database.js';

/** Which of these users are erased. Their documents stay for good, so that what was under way for them leaves nothing behind. */
export const erasedAmong = async (
  { users, run }: Collections,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const erased = { _id: { $in: [...ids] }, erasedAt: { $exists: true } };
  const found = await run(() => users.find(erased).select('_id').lean<{ _id: string }[]>());
  return new Set(found.map(({ _id }) => _id));
};

/** The same for removed applications. */
export const removedAmong = async (
  { applications, run }: Collections,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const removed = { _id: { $in: [...ids] }, removedAt: { $exists: true } };
  const found = await run(() => applications.find(removed).select('_id').lean<{ _id: string }[]>());
  return new Set(found.map(({ _id }) => _id));
};
