import type { AdministratorStore } from '../port/applications.js';
import type { Collections } from './database.js';
import { run, runUpsert } from './run.js';

const document = { _id: 'administrators' } as const;

export const mongoAdministrators = ({ administrators }: Collections): AdministratorStore => ({
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
