import { randomId } from '../crypto/random-token.js';
import { later } from '../model/clock.js';
import type { TokenFamily } from '../model/token-family.js';
import type { AccessTokenContent } from './access-token.js';

/** The family that begins with this access token; its first refresh token has the number 0. */
export const newFamily = (first: Omit<AccessTokenContent, 'family'>): TokenFamily => {
  const { client, user, grantType, scopes, epochs, at } = first;
  const { application, keySet } = client;
  const absoluteExpiresAt = later(at, keySet.refreshTokenLifetimeSeconds);
  return {
    id: randomId('family'),
    grantType,
    applicationId: application.id,
    keySetId: keySet.id,
    clientId: keySet.clientId,
    environment: keySet.environment,
    ...(user === undefined ? {} : { userId: user.id }),
    scopes,
    epochs,
    generation: 0,
    generationAt: at,
    issuedAt: at,
    lastUsedAt: at,
    idleExpiresAt: Math.min(later(at, keySet.refreshTokenIdleSeconds), absoluteExpiresAt),
    absoluteExpiresAt,
  };
};
