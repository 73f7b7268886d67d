import { clientAuthenticationMethods } from '../../model/application.js';
import { numericDate, type EpochMillis } from '../../model/clock.js';
import { managementAudience } from '../../model/management-api.js';
import { introspectScope } from '../../model/management-scope.js';
import { authenticatedBearer, bearerTokenOf, hasBearerScheme, insufficientScope } from '../bearer.js';
import { authenticateClient, type PresentedCredentials } from '../client-authentication.js';
import { findToken, type FoundAccessToken } from '../find-token.js';
import { readForm } from '../form.js';
import {
  inspectFound,
  inspectRefreshToken,
  type InspectedAccessToken,
  type InspectedRefreshToken,
} from '../inspect-token.js';
import { invalidClient } from '../invalid-client.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from './endpoint.js';
import { jsonHeaders } from './json-headers.js';
import { notingRefusal } from './noting-refusal.js';

/** POST /introspect (RFC 7662). */
export const introspectEndpoint = (deps: OAuthDeps): Endpoint => ({
  paths: ['/introspect', '/oauth2/introspect'],
  method: 'POST',
  cors: 'nobody',
  listing: {
    member: 'introspection_endpoint',
    authenticationMethods: clientAuthenticationMethods.filter((method) => method !== 'NONE'),
    accessTokenTypes: ['Bearer'],
  },
  signpost: {
    group: 'tokens',
    purpose: 'Says whether a token is active, and what it allows (RFC 7662).',
    needs: 'client authentication',
  },
  handle: (request) => notingRefusal(deps, { request, endpoint: 'introspect' }, (at) => introspect(deps, request, at)),
});

const introspect = async (deps: OAuthDeps, request: EndpointRequest, at: EpochMillis): Promise<EndpointResponse> => {
  const form = readForm(request);
  const { authorization, requestId } = request;
  const viewer = await viewerOf(deps, { authorization, form, at, requestId });
  const token = form.get('token');
  if (token === undefined) throw new OAuthError('invalid_request', 'The parameter token is missing.');
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(await answerFor(deps, viewer, { token, at })) };
};

/** Who looks. */
interface Viewer {
  readonly keySetId: string;
  readonly clientId: string;
  readonly seesAll: boolean;
}

/** A client that authenticates like at /token, though never a public one, or the holder of a token with the scope `introspect`. */
const viewerOf = async (deps: OAuthDeps, presented: PresentedCredentials): Promise<Viewer> => {
  if (hasBearerScheme(presented.authorization)) return bearerViewer(deps, presented);
  const { client } = await authenticateClient(deps, presented);
  const { id, clientId, authenticationMethod, scopes } = client.keySet;
  if (authenticationMethod === 'NONE') throw publicViewer();
  return { keySetId: id, clientId, seesAll: scopes.includes(introspectScope) };
};

const publicViewer = (): OAuthError =>
  invalidClient('introspection by a public client', {
    description: 'Introspection is for clients that authenticate: a client without a secret or a key cannot use it.',
  });

/** What stands in a body for authentication, of a client or by a bearer token (RFC 6750 §2.2). */
const otherMethods = ['client_secret', 'client_assertion', 'client_assertion_type', 'access_token'] as const;

const bearerViewer = async (deps: OAuthDeps, { authorization, form, at }: PresentedCredentials): Promise<Viewer> => {
  if (otherMethods.some((name) => form.get(name) !== undefined)) {
    throw new OAuthError(
      'invalid_request',
      'Authenticate by one bearer token in the header, or as a client, not by both.',
    );
  }
  const token = bearerTokenOf(authorization);
  const audience = managementAudience(deps.issuer);
  const wanted = `the scope ${introspectScope}` as const;
  const { client, scopes } = await authenticatedBearer(deps, { token, audience, wanted, at });
  if (!scopes.includes(introspectScope)) throw insufficientScope(introspectScope);
  return { keySetId: client.keySet.id, clientId: client.keySet.clientId, seesAll: true };
};

const inactive = { active: false };

/** Who may not look, and what is not worth anything, get one and the same answer (§2.2). */
const answerFor = async (
  deps: OAuthDeps,
  viewer: Viewer,
  { token, at }: { readonly token: string; readonly at: EpochMillis },
): Promise<object> => {
  const found = await findToken(deps, token, at);
  if (found === undefined) return inactive;
  if (found.kind !== 'refresh_token') {
    if (!mayLook(deps.issuer, viewer, found)) return inactive;
    return accessTokenAnswer(deps.issuer, await inspectFound(deps, found, at));
  }
  if (viewer.keySetId !== found.keySetId) return inactive;
  return refreshTokenAnswer(deps.issuer, await inspectRefreshToken(deps, found, at));
};

/** Its owner, a client that the token is for by its client id (the issuer's own names are nobody's), and who sees all. */
const mayLook = (issuer: string, { keySetId, clientId, seesAll }: Viewer, found: FoundAccessToken): boolean =>
  seesAll || keySetId === found.keySetId || (!clientId.startsWith(issuer) && found.audience.includes(clientId));

/** The claims of the token as a JWT would carry them, the scopes as they count now. */
const accessTokenAnswer = (issuer: string, inspected: InspectedAccessToken): object => {
  if (!inspected.active) return inactive;
  const { token, client, user, scopes } = inspected;
  const [audience, ...others] = token.audience;
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: token.clientId,
    ...(user && { username: user.username }),
    token_type: 'Bearer',
    exp: numericDate(token.expiresAt),
    iat: numericDate(token.issuedAt),
    sub: token.userId ?? token.clientId,
    aud: others.length > 0 ? token.audience : audience,
    iss: issuer,
    jti: token.jti,
    environment: client.keySet.environment,
  };
};

/** Nothing of the family, and no `token_type`: it opens nothing by itself. */
const refreshTokenAnswer = (issuer: string, inspected: InspectedRefreshToken): object => {
  if (!inspected.active) return inactive;
  const { client, user, scopes, issuedAt, expiresAt } = inspected;
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: client.keySet.clientId,
    ...(user && { username: user.username }),
    exp: numericDate(expiresAt),
    iat: numericDate(issuedAt),
    sub: user?.id ?? client.keySet.clientId,
    iss: issuer,
    environment: client.keySet.environment,
  };
};
