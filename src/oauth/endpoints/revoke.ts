import { clientAuthenticationMethods, type Client } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { authenticateClient } from '../client-authentication.js';
import { endToken } from '../end-token.js';
import { findToken, type FoundAccessToken, type FoundRefreshToken } from '../find-token.js';
import { readForm } from '../form.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from './endpoint.js';
import { jsonHeaders } from './json-headers.js';
import { notingRefusal } from './noting-refusal.js';

/** POST /revoke (RFC 7009). */
export const revokeEndpoint = (deps: OAuthDeps): Endpoint => ({
  paths: ['/revoke', '/oauth2/revoke'],
  method: 'POST',
  cors: 'public_clients',
  listing: { member: 'revocation_endpoint', authenticationMethods: clientAuthenticationMethods },
  signpost: { group: 'tokens', purpose: 'Ends a token (RFC 7009).', needs: 'client authentication' },
  handle: (request) => notingRefusal(deps, { request, endpoint: 'revoke' }, (at) => revoke(deps, request, at)),
});

/** What is not a token, or not one any more, is answered like one that was revoked (§2.2). */
const revoke = async (deps: OAuthDeps, request: EndpointRequest, at: EpochMillis): Promise<EndpointResponse> => {
  const form = readForm(request);
  const { authorization, requestId } = request;
  const { client } = await authenticateClient(deps, { authorization, form, at, requestId });
  const text = form.get('token');
  if (text === undefined) throw new OAuthError('invalid_request', 'The parameter token is missing.');
  const found = await findToken(deps, text, at);
  if (found === undefined || isOfFormerKeys(client, found)) return revoked;
  if (found.keySetId !== client.keySet.id) throw foreign();
  await endToken(deps, { text, found, at });
  return revoked;
};

/** A body, because some client libraries insist on JSON and others cannot read an empty one. */
const revoked: EndpointResponse = { status: 200, headers: jsonHeaders, body: '{}' };

/** They ended when the keys were made anew under the same client id. */
const isOfFormerKeys = ({ keySet }: Client, found: FoundAccessToken | FoundRefreshToken): boolean =>
  found.clientId === keySet.clientId && found.keySetId !== keySet.id;

const foreign = (): OAuthError =>
  new OAuthError('unauthorized_client', 'The token was issued to another client; it stays as it is.', {
    detail: 'revocation of a token of another client',
  });
