import type { AdministratorStore } from '../port/applications.js';
import type { Collections } from './database.js';

const document = { _id: 'administrators' } as const;

export const mongoAdministrators = ({ administrators, run, runUpsert }: Collections): AdministratorStore => ({
  add: async (keySetId) => {
    await runUpsert(() => administrators.updateOne(document, { $addToSet: { members: keySetId } }, { upsert: true }));
  },
  withdraw: async (keySetIds) => {
    const leaving = [...keySetIds];
    const { matchedCount } = await run(() =>
      administrators.updateOne(
        { ...document, members: { $elemMatch: { $nin: leaving } } },
        { $pull: { members: { $in: leaving } } },
      ),
    );
    return matchedCount === 1 ? 'withdrawn' : 'last';
  },
});
