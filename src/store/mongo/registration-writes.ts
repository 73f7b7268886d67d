import type { Collections } from './database.js';
import type { RegistrationDocument } from './documents.js';
import { changesTo, unmoved } from './registration-rows.js';
import { isDuplicateKey } from './store-error.js';

/** False when there is a row already. */
export const insertRow = async ({ registrations, run }: Collections, row: RegistrationDocument): Promise<boolean> => {
  try {
    await run(() => registrations.create(row));
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
};

/** False when the row is no more what it was. */
export const changeRow = async (
  { registrations, run }: Collections,
  before: RegistrationDocument,
  after: RegistrationDocument,
): Promise<boolean> => {
  const { matchedCount } = await run(() => registrations.updateOne(unmoved(before), changesTo(after)));
  return matchedCount === 1;
};
