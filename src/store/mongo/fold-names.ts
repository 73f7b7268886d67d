import { nameKey } from '../../model/application.js';
import type { Collections } from './database.js';
import type { ApplicationDocument } from './documents.js';
import { isDuplicateKey } from './store-error.js';

/**
 * Names that an earlier version folded otherwise are folded anew; ASCII was always folded the same. A name that another application has by
 * now keeps its old form, under which nobody finds it: its application works on, and is found by its id.
 */
export const foldNames = async ({ applications }: Collections): Promise<void> => {
  const found = applications.find({ nameKey: { $regex: '[^ -~]' } }, { nameKey: 1 }).lean<ApplicationDocument[]>();
  for (const { _id, nameKey: key = '' } of await found) {
    if (nameKey(key) === key) continue;
    try {
      await applications.updateOne({ _id, nameKey: key }, { $set: { nameKey: nameKey(key) } });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
};
