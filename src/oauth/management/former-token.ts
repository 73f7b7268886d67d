import { claimsOf, jwtLengthLimit, splitJws } from '../../crypto/jws.js';
import type { KeySet } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { badInput } from '../../model/management-error.js';
import { endToken } from '../end-token.js';
import { findAccessTokenOfAnyAge, type FoundAccessToken } from '../find-token.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { hasOpaqueForm } from '../opaque-token.js';

export interface FormerToken {
  /** Whether there is anything left to end. */
  readonly isLive: boolean;
  /** Idempotent. */
  readonly end: () => Promise<void>;
}

interface Given {
  readonly text: string;
  /** Whose token it has to be. */
  readonly keySet: KeySet;
  readonly at: EpochMillis;
}

/**
 * The client_credentials access token that a new one follows. One that has expired or ended already is as good as one that lives, because
 * then there is nothing to do (RFC 7009 §2.2); what could still be somebody else's is refused.
 * @throws ManagementError BAD_USER_INPUT on `revokeToken`
 */
export const formerToken = async (deps: OAuthDeps, { text, keySet, at }: Given): Promise<FormerToken> => {
  const found = await findAccessTokenOfAnyAge(deps, text, at);
  if (found === undefined && !hasOpaqueForm(text) && !hasOutlivedItsKey(deps, text, keySet)) throw notOurs();
  if (found !== undefined && !isOf(keySet, found)) throw notOurs();
  // Keys made anew under the same client id: what was issued to the old ones has ended.
  if (found === undefined || found.expiresAt <= at || found.keySetId !== keySet.id) return over;
  const wasRevoked = found.kind === 'jwt' && (await deps.store.tokens.isDenied(found.jti, at));
  return { isLive: !wasRevoked, end: () => endToken(deps, { text, found, at }) };
};

const over: FormerToken = { isLive: false, end: () => Promise.resolve() };

const isOf = ({ clientId }: KeySet, found: FoundAccessToken): boolean =>
  found.clientId === clientId && found.grantType === 'client_credentials';

/** It says that these keys got it here, and no key that is left could have signed it: whoever made it, it is worth nothing. */
const hasOutlivedItsKey = ({ signingKeys, issuer }: OAuthDeps, text: string, { clientId }: KeySet): boolean => {
  const jws = splitJws(text, jwtLengthLimit);
  const claims = jws && claimsOf(jws);
  if (claims?.['iss'] !== issuer || claims['client_id'] !== clientId) return false;
  return signingKeys.publicKeys().every(({ kid }) => kid !== jws?.header['kid']);
};

const notOurs = () => badInput('revokeToken', 'Give an access token that these keys got by client_credentials.');
