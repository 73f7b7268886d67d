import type { ClientSession } from 'mongoose';
import { lastInstant, type EpochMillis } from '../../model/clock.js';
import type { Collections } from './database.js';
import type { RegistrationDocument } from './documents.js';

/**
 * The newest first instant that is not before `unreached`: there is one only where the database's clock was set back. Otherwise it is a look at the
 * end of an index.
 */
export const findNewest = async (
  { registrations, run }: Collections,
  unreached: EpochMillis,
  session?: ClientSession,
): Promise<EpochMillis | undefined> => {
  const row = await run(() =>
    registrations
      .findOne({ newest: { $gte: unreached, $lte: lastInstant } })
      .sort({ newest: -1 })
      .select('newest')
      .session(session ?? null)
      .lean<Pick<RegistrationDocument, 'newest'>>(),
  );
  return row?.newest;
};
