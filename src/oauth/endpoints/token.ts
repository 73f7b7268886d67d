import { clientAuthenticationMethods, type Client } from '../../model/application.js';
import { isGrantName, type GrantName } from '../../model/grant-name.js';
import { authenticateClient } from '../client-authentication.js';
import { readForm, type Form } from '../form.js';
import { grants } from '../grants/index.js';
import { issueTokens } from '../issue-tokens.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import type { IssuedTokens } from '../token-issue.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from './endpoint.js';
import { jsonHeaders } from './json-headers.js';
import { noteRefusal } from './noting-refusal.js';

/** POST /token (RFC 6749 §3.2). */
export const tokenEndpoint = (deps: OAuthDeps): Endpoint => ({
  paths: ['/token', '/oauth2/token'],
  method: 'POST',
  cors: 'public_clients',
  listing: { member: 'token_endpoint', authenticationMethods: clientAuthenticationMethods },
  signpost: { group: 'tokens', purpose: 'Issues access tokens, and refreshes them.', needs: 'client authentication' },
  handle: (request) => token(deps, request),
});

const token = async (deps: OAuthDeps, request: EndpointRequest): Promise<EndpointResponse> => {
  const { requestId, authorization, isAwaited } = request;
  const at = deps.clock();
  let client: Client | undefined;
  let grantType: GrantName | undefined;
  try {
    const form = readForm(request);
    const authenticated = await authenticateClient(deps, { authorization, form, at, requestId });
    client = authenticated.client;
    grantType = grantTypeOf(form);
    requireGrant(client, grantType);
    const authorisation = await grants[grantType].authorise(deps, { form, client, at, isAwaited });
    const issued = await issueTokens(deps, {
      requestId,
      arrivedAt: at,
      client,
      secretId: authenticated.secretId,
      grantType,
      authorisation,
    });
    return tokenResponse(issued);
  } catch (error) {
    noteRefusal(deps, error, { request, endpoint: 'token', at, client, grantType });
    throw error;
  }
};

const grantTypeOf = (form: Form): GrantName => {
  const grantType = form.get('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'The body has no parameter grant_type.');
  if (isGrantName(grantType)) return grantType;
  throw new OAuthError('unsupported_grant_type', noSuchGrant);
};

const noSuchGrant =
  'The server has no grant type of exactly this name, in which case and line breaks count; its metadata lists those it has.';

const requireGrant = ({ keySet }: Client, grantType: GrantName): void => {
  if (keySet.authenticationMethod === 'NONE' && !grants[grantType].forPublicClients) {
    throw new OAuthError(
      'unauthorized_client',
      'This grant type is for clients that authenticate (RFC 6749 section 4.4).',
    );
  }
  if (keySet.grantTypes.includes(grantType)) return;
  throw new OAuthError('unauthorized_client', 'This grant type is not enabled for the client.');
};

/** Success (RFC 6749 §5.1); `scope` is always there, so that nobody has to guess what was granted. */
const tokenResponse = ({ accessToken, expiresInSeconds, scopes, refreshToken }: IssuedTokens): EndpointResponse => {
  const rest = JSON.stringify({
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    refresh_token: refreshToken?.reveal(), // left out where there is none
    scope: scopes.join(' '),
  });
  // Not searched for what JSON would escape: in the long text that we made there is nothing of the kind.
  return { status: 200, headers: jsonHeaders, body: `{"access_token":"${accessToken.reveal()}",${rest.slice(1)}` };
};
