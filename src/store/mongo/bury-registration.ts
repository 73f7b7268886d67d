import { StoreUnavailable } from '../port/store.js';
import type { Database } from './database.js';
import type { RegistrationDocument } from './documents.js';
import { beginChange } from './kept-change.js';
import { firstInstantsOf } from './kept-periods.js';
import { burial, nobody, unmoved } from './registration-rows.js';

const rounds = 20;

/** Turns a row into a tombstone, and takes it out of what is kept of its days. Doing it again changes nothing. */
export const buryRegistration = async (database: Database, key: string): Promise<void> => {
  const change = beginChange(database);
  for (let round = 0; round < rounds; round++) {
    const row = await database.run(() => database.registrations.findById(key).lean<RegistrationDocument>());
    if (row === null || row.userId === nobody) return change.finish([]);
    await change.open(firstInstantsOf(row));
    const { matchedCount } = await database.run(() => database.registrations.updateOne(unmoved(row), burial));
    if (matchedCount === 1) return change.finish(firstInstantsOf(row));
  }
  throw new StoreUnavailable('A registration moves too often to be buried.');
};
