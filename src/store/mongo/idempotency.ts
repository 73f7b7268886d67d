import { randomUUID } from 'node:crypto';
import type { EpochMillis } from '../../model/clock.js';
import type { IdempotencyClaim, IdempotencyStore } from '../port/idempotency.js';
import { StoreUnavailable } from '../port/store.js';
import type { Collections } from './database.js';
import type { IdempotencyDocument } from './documents.js';
import { isDuplicateKey } from './store-error.js';

export const mongoIdempotency = (collections: Collections): IdempotencyStore => ({
  claim: async (claim, at) => {
    for (let round = 0; round < rounds; round++) {
      const outcome = await attempt(collections, claim, at);
      if (outcome !== undefined) return outcome;
    }
    throw new StoreUnavailable('A claim was taken and given back too often.');
  },
  release: async (key, targetId) => {
    await collections.run(() => collections.idempotency.deleteOne({ _id: key, targetId }));
  },
});

const rounds = 20;

/** The insert decides; a claim that is over is taken over by one conditional write. Undefined: it was given back just now. */
const attempt = async (
  { idempotency, run }: Collections,
  { key, inputDigest, targetId, expiresAt }: IdempotencyClaim,
  at: EpochMillis,
): Promise<'claimed' | IdempotencyClaim | undefined> => {
  const claim = { inputDigest, targetId, expiresAt: new Date(expiresAt), writer: randomUUID() };
  try {
    await run(() => idempotency.create({ _id: key, ...claim }));
    return 'claimed';
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const mine = { $or: [{ expiresAt: { $lte: new Date(at) } }, { writer: claim.writer }] };
  const { matchedCount } = await run(() => idempotency.updateOne({ _id: key, ...mine }, { $set: claim }));
  if (matchedCount === 1) return 'claimed';
  const held = await run(() => idempotency.findById(key).lean<IdempotencyDocument>());
  return held === null ? undefined : claimOf(held);
};

const claimOf = ({ _id, inputDigest, targetId, expiresAt }: IdempotencyDocument): IdempotencyClaim => ({
  key: _id,
  inputDigest,
  targetId,
  expiresAt: expiresAt.getTime(),
});
