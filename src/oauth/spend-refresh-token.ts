import type { Client } from '../model/application.js';
import { later, type EpochMillis } from '../model/clock.js';
import type { OpaqueAccessToken, TokenFamily } from '../model/token-family.js';
import type { TokenStore } from '../store/port/tokens.js';
import { invalidRefreshToken, refuseReplay } from './refresh-replay.js';

export interface RefreshTokenSpending {
  readonly client: Client;
  readonly family: TokenFamily;
  readonly presentedGeneration: number;
  /** The opaque access token that comes with it, if it is one. */
  readonly row: OpaqueAccessToken | undefined;
  readonly arrivedAt: EpochMillis;
  readonly at: EpochMillis;
}

/**
 * Spends a refresh token by compare-and-set, and returns the number of its successor. A token that was just spent, shown again within the
 * key set's window and before its successor was spent, has the same successor: the answer was lost. Any other replay ends the family
 * (RFC 9700 §4.14.2).
 * @throws OAuthError invalid_grant
 */
export const spendRefreshToken = async (tokens: TokenStore, spending: RefreshTokenSpending): Promise<number> => {
  const { client, family, presentedGeneration, row, at } = spending;
  const idleExpiresAt = Math.min(later(at, client.keySet.refreshTokenIdleSeconds), family.absoluteExpiresAt);
  const advance = await tokens.advance({
    familyId: family.id,
    expectedGeneration: presentedGeneration,
    at,
    idleExpiresAt,
    ...(row === undefined ? {} : { accessToken: row }),
  });
  if (advance.outcome === 'advanced') return presentedGeneration + 1;
  if (advance.outcome === 'unknown') throw invalidRefreshToken('no such family');
  await refuseReplay(tokens, spending, advance.family);
  if (row !== undefined) await tokens.keepAccessToken(row);
  return advance.family.generation;
};
