import type { Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { TokenFamily } from '../model/token-family.js';
import type { TokenStore } from '../store/port/tokens.js';
import { OAuthError } from './oauth-error.js';

/** A refresh token that was spent before, shown again. */
export interface Replay {
  readonly client: Client;
  readonly presentedGeneration: number;
  readonly arrivedAt: EpochMillis;
  readonly at: EpochMillis;
}

/** One answer for every refresh token that is worth nothing; the log knows why. */
export const invalidRefreshToken = (detail: string): OAuthError =>
  new OAuthError('invalid_grant', 'The refresh token is invalid, expired, revoked or was issued to another client.', {
    detail,
  });

/** With a window of 0, how long after the winner a parallel request is taken for what it is, and not for a theft. */
const parallelMillis = 1000;

/**
 * More than a request takes from its arrival to its write. What was spent later than that after the arrival was spent by a clock that has been
 * set back since: the window would stay open until the clock is there again.
 */
const longestRequestMillis = 30_000;

/**
 * Returns for a lost answer alone: the token just spent, shown again within the key set's window. Any other replay ends the family
 * (RFC 9700 §4.14.2), also one that is over: an access token of its last answer can live on.
 * @throws OAuthError invalid_grant
 */
export const refuseReplay = async (tokens: TokenStore, replay: Replay, now: TokenFamily): Promise<void> => {
  const { presentedGeneration, client, arrivedAt, at } = replay;
  if (now.revokedAt !== undefined) throw invalidRefreshToken('family revoked');
  const window = client.keySet.refreshTokenReuseWindowSeconds * 1000;
  const age = arrivedAt - now.generationAt;
  if (presentedGeneration + 1 === now.generation && age > -longestRequestMillis) {
    // Not by the age alone: of a request that came before the winner's write it is negative, and within no window.
    if (window > 0 && age < window) {
      refuseExpired(now, at);
      return;
    }
    if (window === 0 && age <= parallelMillis) throw invalidRefreshToken('spent by a parallel request');
  }
  await tokens.revokeFamily(now.id, at);
  throw invalidRefreshToken('refresh token replayed: the family is revoked');
};

const refuseExpired = ({ idleExpiresAt, absoluteExpiresAt }: TokenFamily, at: EpochMillis): void => {
  if (Math.min(idleExpiresAt, absoluteExpiresAt) <= at) throw invalidRefreshToken('family expired');
};
