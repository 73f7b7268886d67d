import type { ActivityStore, TokenTally, UserActivity } from '../port/activity.js';
import type { Collections } from './database.js';
import { erasedAmong, removedAmong } from './gone.js';
import { isDuplicateKey } from './store-error.js';

export const mongoActivity = (collections: Collections): ActivityStore => ({
  record: async ({ tallies, users }) => {
    await Promise.all([replaceTallies(collections, tallies), addQuarters(collections, users)]);
    await clearGone(collections, [...tallies, ...users], users);
  },
});

/** A row is replaced only by figures that are not smaller, so that a write that was held up on its way changes nothing. */
const replaceTallies = async (
  { tallies: rows, runUpsert }: Collections,
  tallies: readonly TokenTally[],
): Promise<void> => {
  if (tallies.length === 0) return;
  const writes = tallies.map(({ server, applicationId, environment, grantType, day, quarters }) => {
    const figures = [...quarters].map(([quarter, { issued, refused }]) => ({ quarter, issued, refused }));
    const sum = figures.reduce((total, { issued, refused }) => total + issued + refused, 0);
    const _id = `${server}/${applicationId}/${environment}/${grantType}/${day}`;
    const update = { $set: { applicationId, environment, grantType, day, sum, quarters: figures } };
    return { updateOne: { filter: { _id, sum: { $lte: sum } }, update, upsert: true } };
  });
  try {
    await runUpsert(() => rows.bulkWrite(writes, { ordered: false }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // larger figures are there already
  }
};

const addQuarters = async ({ activeUsers, runUpsert }: Collections, users: readonly UserActivity[]): Promise<void> => {
  if (users.length === 0) return;
  const writes = users.map(({ applicationId, environment, userId, day, quarters }) => ({
    updateOne: {
      filter: { _id: `${applicationId}/${environment}/${userId}/${day}` },
      update: {
        $setOnInsert: { applicationId, environment, userId, day },
        $addToSet: { quarters: { $each: [...quarters] } },
      },
      upsert: true,
    },
  }));
  await runUpsert(() => activeUsers.bulkWrite(writes, { ordered: false }));
};

/** Who went before or meanwhile must not appear again. */
const clearGone = async (
  collections: Collections,
  rows: readonly { readonly applicationId: string }[],
  users: readonly UserActivity[],
): Promise<void> => {
  const [removed, erased] = await Promise.all([
    removedAmong(collections, [...new Set(rows.map(({ applicationId }) => applicationId))]),
    erasedAmong(collections, [...new Set(users.map(({ userId }) => userId))]),
  ]);
  const { tallies, activeUsers, run } = collections;
  if (erased.size > 0) await run(() => activeUsers.deleteMany({ userId: { $in: [...erased] } }));
  if (removed.size === 0) return;
  const ofRemoved = { applicationId: { $in: [...removed] } };
  await run(() => activeUsers.deleteMany(ofRemoved));
  await run(() => tallies.deleteMany(ofRemoved));
};
