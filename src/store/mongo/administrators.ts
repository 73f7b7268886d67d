import type { AdministratorStore } from '../port/applications.js';
import type { Collections } from './database.js';
import type { AdministratorsDocument } from './documents.js';
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
        // Another member remains, or none of these is one.
        { ...document, $or: [{ members: { $elemMatch: { $nin: leaving } } }, { members: { $nin: leaving } }] },
        { $pull: { members: { $in: leaving } } },
      ),
    );
    if (matchedCount === 1) return 'withdrawn';
    const there = await run(() => administrators.findOne(document).lean<AdministratorsDocument>());
    return there === null || !there.members.some((id) => leaving.includes(id)) ? 'withdrawn' : 'last';
  },
});
