import { forbidRows } from './announced-rows.js';
import { buryRegistration } from './bury-registration.js';
import type { Database } from './database.js';
import { deleteSome } from './delete-some.js';
import { requestTime } from './request-time.js';

const rowsAtOnce = 50;

/** What follows the first write of an erasure, which made the user unknown. May be done again after a crash, on any server. */
export const finishErasure = async (database: Database, userId: string): Promise<void> => {
  const { registrations, families, accessTokens, activeUsers, users, run } = database;
  requestTime.takeLong();
  await forbidRows(database, userId);
  for (;;) {
    const rows = await run(() =>
      registrations.find({ userId }).select('_id').limit(rowsAtOnce).lean<{ _id: string }[]>(),
    );
    if (rows.length === 0) break;
    for (const { _id } of rows) await buryRegistration(database, _id);
  }
  while ((await deleteSome(database, families, { userId })) > 0);
  while ((await deleteSome(database, accessTokens, { userId })) > 0);
  while ((await deleteSome(database, activeUsers, { userId })) > 0);
  await run(() => users.updateOne({ _id: userId }, { $unset: ofThePerson }));
};

/** What a cut may show until the registrations are buried. */
const ofThePerson = {
  formerUsername: 1,
  email: 1,
  displayName: 1,
  enabled: 1,
  epoch: 1,
  createdAt: 1,
  passwordChangedAt: 1,
  registrationKeys: 1,
  cleaning: 1,
} as const;
