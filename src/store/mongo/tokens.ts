import { randomUUID } from 'node:crypto';
import type { EpochMillis } from '../../model/clock.js';
import type { OpaqueAccessToken } from '../../model/token-family.js';
import type { TokenStore } from '../port/tokens.js';
import type { Collections } from './database.js';
import type { AccessTokenDocument } from './documents.js';
import { advanceFamily, findFamily, openFamily, pageFamilies, revokeFamilies, revokeFamily } from './families.js';
import { isDuplicateKey } from './store-error.js';

export const mongoTokens = (collections: Collections): TokenStore => ({
  ...issuance(collections),
  findFamily: (id) => findFamily(collections, id),
  revokeFamily: (id, at, audit) => revokeFamily(collections, { id, at, ...(audit && { audit }) }),
  revokeFamilies: (ended, at) => revokeFamilies(collections, ended, at),
  pageFamilies: (filter, request) => pageFamilies(collections, filter, request),
  ...singleTokens(collections),
  claimAssertion: (key, expiresAt, at) => claimAssertion(collections, key, { expiresAt, at }),
});

const issuance = (collections: Collections): Pick<TokenStore, 'open' | 'advance' | 'keepAccessToken'> => ({
  // The family first: a token whose family is missing is worth nothing.
  open: async (family, accessToken) => {
    await openFamily(collections, family);
    if (accessToken !== undefined) await keep(collections, accessToken);
  },
  advance: async (advance) => {
    const outcome = await advanceFamily(collections, advance);
    if (outcome.outcome === 'advanced' && advance.accessToken !== undefined) {
      await keep(collections, advance.accessToken);
    }
    return outcome;
  },
  keepAccessToken: (accessToken) => keep(collections, accessToken),
});

const singleTokens = (
  collections: Collections,
): Pick<TokenStore, 'findAccessToken' | 'removeAccessToken' | 'denyJwt' | 'isDenied'> => {
  const { accessTokens, deniedJwts, run, runUpsert } = collections;
  return {
    findAccessToken: async (digest, at) => {
      const document = await run(() =>
        accessTokens.findOne({ _id: digest, expiresAt: { $gt: new Date(at) } }).lean<AccessTokenDocument>(),
      );
      return document === null ? undefined : accessTokenOf(document);
    },
    removeAccessToken: async (digest) => {
      await run(() => accessTokens.deleteOne({ _id: digest }));
    },
    denyJwt: async (jti, expiresAt) => {
      await runUpsert(() =>
        deniedJwts.updateOne({ _id: jti }, { $max: { expiresAt: new Date(expiresAt) } }, { upsert: true }),
      );
    },
    isDenied: async (jti, at) =>
      (await run(() => deniedJwts.exists({ _id: jti, expiresAt: { $gt: new Date(at) } }))) !== null,
  };
};

const keep = async ({ accessTokens, run }: Collections, { digest, ...token }: OpaqueAccessToken): Promise<void> => {
  const { scopes, audience, expiresAt } = token;
  const document: AccessTokenDocument = {
    _id: digest,
    ...token,
    scopes: [...scopes],
    audience: [...audience],
    expiresAt: new Date(expiresAt),
  };
  try {
    await run(() => accessTokens.create(document));
  } catch (error) {
    // The digest is that of a random token: what stands there was written by this call, whose first reply was lost.
    if (!isDuplicateKey(error)) throw error;
  }
};

const accessTokenOf = ({ _id, expiresAt, ...token }: AccessTokenDocument): OpaqueAccessToken => ({
  digest: _id,
  ...token,
  expiresAt: expiresAt.getTime(),
});

/** The insert decides; a claim that is over is taken over by one conditional write. */
const claimAssertion = async (
  { assertions, run }: Collections,
  key: string,
  { expiresAt, at }: { readonly expiresAt: EpochMillis; readonly at: EpochMillis },
): Promise<'claimed' | 'already_claimed'> => {
  const claim = { expiresAt: new Date(expiresAt), writer: randomUUID() };
  try {
    await run(() => assertions.create({ _id: key, ...claim }));
    return 'claimed';
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const mine = { $or: [{ expiresAt: { $lte: new Date(at) } }, { writer: claim.writer }] };
  const { matchedCount } = await run(() => assertions.updateOne({ _id: key, ...mine }, { $set: claim }));
  return matchedCount === 1 ? 'claimed' : 'already_claimed';
};
