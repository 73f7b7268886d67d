import type { Actor } from '../../model/actor.js';
import { managementAudience } from '../../model/management-api.js';
import { authenticatedBearer, bearerRefusal, bearerTokenOf } from '../bearer.js';
import { hasNameIn } from '../form.js';
import type { OAuthDeps } from '../oauth-deps.js';

export interface BearerRequest {
  /** Every `Authorization` header as sent. */
  readonly authorization: readonly string[];
  /** Without the `?`. */
  readonly query: string;
  readonly requestId: string;
  readonly remoteAddress?: string | undefined;
}

const tokenName: ReadonlySet<string> = new Set(['access_token']);

/**
 * Who calls the management API. The token is read from the `Authorization` header alone, and what it is worth from the store, each time.
 * @throws OAuthError with a Bearer challenge: invalid_request for a token in the URL or two of them, invalid_token for everything else
 */
export const authenticateBearer = async (
  deps: OAuthDeps,
  { authorization, query, requestId, remoteAddress }: BearerRequest,
): Promise<Actor> => {
  if (query !== '' && hasNameIn(query, tokenName)) {
    throw bearerRefusal('invalid_request', 'Send the access token in the Authorization header, never in the URL.');
  }
  const audience = managementAudience(deps.issuer);
  const { token, scopes } = await authenticatedBearer(deps, {
    token: bearerTokenOf(authorization),
    audience,
    wanted: 'a management scope',
    at: deps.clock(),
  });
  return {
    subject: token.userId ?? token.clientId,
    clientId: token.clientId,
    scopes: new Set(scopes),
    expiresAt: token.expiresAt,
    requestId,
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  };
};
