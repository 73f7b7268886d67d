import type { EpochMillis } from '../model/clock.js';
import type { FoundAccessToken, FoundRefreshToken } from './find-token.js';
import type { OAuthDeps } from './oauth-deps.js';
import { opaqueTokenKey } from './opaque-token.js';

/**
 * Ends a token for every server that shares the store, by one write: an access token alone, a refresh token, spent or not, with everything of
 * its family (RFC 7009 §2.1). Idempotent.
 * @param text the token itself
 */
export const endToken = async (
  { store: { tokens } }: OAuthDeps,
  {
    text,
    found,
    at,
  }: { readonly text: string; readonly found: FoundAccessToken | FoundRefreshToken; readonly at: EpochMillis },
): Promise<void> => {
  switch (found.kind) {
    case 'jwt':
      return tokens.denyJwt(found.jti, found.expiresAt);
    case 'opaque':
      return tokens.removeAccessToken(opaqueTokenKey(text));
    case 'refresh_token':
      await tokens.revokeFamily(found.family.id, at);
  }
};
