import type { KeySet } from '../model/application.js';
import { OAuthError } from './oauth-error.js';

const wholeSeconds = /^[1-9][0-9]{0,8}$/;

/**
 * The access token's lifetime in seconds: what `validity_period` asks for, else the key set's own. It never moves the family's ends.
 * @throws OAuthError invalid_request naming the range
 */
export const lifetimeSeconds = (validityPeriod: string | undefined, keySet: KeySet): number => {
  if (validityPeriod === undefined) return keySet.accessTokenLifetimeSeconds;
  const seconds = wholeSeconds.test(validityPeriod) ? Number(validityPeriod) : 0;
  if (seconds >= 1 && seconds <= keySet.maxAccessTokenLifetimeSeconds) return seconds;
  throw new OAuthError(
    'invalid_request',
    `Give validity_period in whole seconds from 1 to ${keySet.maxAccessTokenLifetimeSeconds}.`,
  );
};
