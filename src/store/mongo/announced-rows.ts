import type { EpochMillis } from '../../model/clock.js';
import type { Collections } from './database.js';
import type { RegistrationDocument, UserDocument } from './documents.js';
import { erasedAmong } from './gone.js';
import { nobody, registrationKey } from './registration-rows.js';
import { isDuplicateKey } from './store-error.js';

/**
 * A row for a user and an application is announced in the user's document before it is made. The erasure of the user writes the same document
 * first: what was announced before is known to it, what would come after is refused. So no row is ever left without its user, whatever
 * crashes when.
 */
export interface AnnouncedRow {
  readonly applicationId: string;
  readonly userId: string;
}

const batch = 250;

/** Announces one row; when its user was made, as far as he is there. */
export const announceRow = async (
  collections: Collections,
  { applicationId, userId }: AnnouncedRow,
): Promise<{ readonly userCreatedAt: EpochMillis | undefined } | 'erased'> => {
  const user = await collections.run(() =>
    collections.users
      .findOneAndUpdate(
        { _id: userId, erasedAt: { $exists: false } },
        { $addToSet: { registrationKeys: registrationKey(applicationId, userId) } },
        { projection: { createdAt: 1 } },
      )
      .lean<Pick<UserDocument, 'createdAt'>>(),
  );
  if (user === null && (await erasedAmong(collections, [userId])).size > 0) return 'erased';
  return { userCreatedAt: user?.createdAt };
};

/** Returns the users who are erased: no row may be made for them. */
export const announceRows = async (
  collections: Collections,
  rows: readonly AnnouncedRow[],
): Promise<ReadonlySet<string>> => {
  const erased = new Set<string>();
  for (let start = 0; start < rows.length; start += batch) {
    const some = rows.slice(start, start + batch);
    if ((await announce(collections, some)) === some.length) continue;
    const ids = new Set(some.map(({ userId }) => userId));
    for (const userId of await erasedAmong(collections, [...ids])) erased.add(userId);
  }
  return erased;
};

const announce = async ({ users, run }: Collections, rows: readonly AnnouncedRow[]): Promise<number> => {
  const writes = rows.map(({ applicationId, userId }) => ({
    updateOne: {
      filter: { _id: userId, erasedAt: { $exists: false } },
      update: { $addToSet: { registrationKeys: registrationKey(applicationId, userId) } },
    },
  }));
  const { matchedCount } = await run(() => users.bulkWrite(writes, { ordered: false }));
  return matchedCount;
};

/** Takes the place of rows that were announced and are not there: whoever still tries to make one finds a tombstone. */
export const forbidRows = async ({ users, registrations, run }: Collections, userId: string): Promise<void> => {
  const user = await run(() => users.findById(userId).select('registrationKeys').lean<UserDocument>());
  const keys = user?.registrationKeys ?? [];
  for (let start = 0; start < keys.length; start += batch) {
    const writes = keys.slice(start, start + batch).map((key) => ({ insertOne: { document: placeholder(key) } }));
    try {
      await run(() => registrations.bulkWrite(writes, { ordered: false }));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error; // the others are there and are buried
    }
  }
};

/** A tombstone of no application: it is in no figure. */
const placeholder = (key: string): RegistrationDocument => ({ _id: key, applicationId: '', userId: nobody, first: 0 });
