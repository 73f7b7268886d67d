import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import type { EndpointResponse } from '../../src/oauth/endpoints/endpoint.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import { createEndpoints } from '../../src/oauth/endpoints/index.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { basic, openIssuer } from '../oauth/open-issuer.js';
import { clientJwks } from '../rfc/jwt.js';

/** A request, as far as somebody outside decides what is in it; texts are bytes (latin1). */
export interface Case {
  readonly path: string;
  readonly body: string;
  readonly authorization: readonly string[];
  readonly contentType?: string;
  readonly query?: string;
}

/** What there is to begin with: everything in it is good. */
export interface Corpus {
  readonly clientHeaders: readonly [string, ...string[]];
  /** Sees every token. */
  readonly observer: string;
  /** Of a token with the scope introspect. */
  readonly bearer: string;
  /** That nothing revokes. */
  readonly tokens: readonly [string, ...string[]];
  /** Of the client that signs assertions. */
  readonly signerId: string;
  /** Requests as they are right. */
  readonly requests: readonly [Case, ...Case[]];
}

export interface Target {
  readonly deps: OAuthDeps;
  readonly corpus: Corpus;
  ask(request: Case): Promise<EndpointResponse>;
  /** Every text that a refusal had for its client or for the log, once. */
  readonly said: ReadonlySet<string>;
  close(): Promise<void>;
}

const form = 'application/x-www-form-urlencoded';
const noBody = Buffer.alloc(0);

/** The endpoints without HTTP in front, over an embedded store. */
export const openTarget = async (): Promise<Target> => {
  const issuer = await openIssuer();
  const said = new Set<string>();
  const deps: OAuthDeps = {
    ...issuer.oauth,
    events: { issued: () => undefined, refused: ({ code, detail }) => void said.add(`${code}: ${detail ?? ''}`) },
  };
  const endpoints = new Map(
    createEndpoints(deps).flatMap((endpoint) => endpoint.paths.map((path) => [path, endpoint])),
  );
  const ask = async (request: Case): Promise<EndpointResponse> => {
    const { path, body, authorization, contentType = form, query = '' } = request;
    const headers = { 'content-type': contentType };
    const bytes = body === '' ? noBody : Buffer.from(body, 'latin1');
    const whole = { method: 'POST', query, headers, authorization, body: bytes, requestId: 'req-1' };
    try {
      const answer = await endpoints.get(path)?.handle(whole);
      if (answer === undefined) throw new Error(`There is no ${path}.`);
      return answer;
    } catch (error) {
      const answer = errorResponse(error, { issuer: deps.issuer, requestId: 'req-1' });
      said.add(`${answer.body ?? ''}${answer.headers['www-authenticate'] ?? ''}`);
      return answer;
    }
  };
  return { deps, corpus: await corpusOf(issuer), ask, said, close: () => issuer.close() };
};

const headerOf = (keys: GeneratedKeys): string => basic(keys).authorization?.[0] ?? '';

const corpusOf = async (issuer: Awaited<ReturnType<typeof openIssuer>>): Promise<Corpus> => {
  const scopes = ['default', 'test'];
  const login = { grantTypes: ['client_credentials', 'password', 'refresh_token'], scopes } as const;
  const machine = await issuer.keys({ grantTypes: ['client_credentials'], scopes });
  const opaque = await issuer.keys({ ...login, accessTokenFormat: 'OPAQUE' });
  const jwt = await issuer.keys(login);
  const signer = await issuer.keys({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: clientJwks('ES256', 'EdDSA') });
  const sees = await issuer.keys({ scopes: ['introspect'] });
  await issuer.user('alice');
  const tokensOf = async (keys: GeneratedKeys): Promise<readonly [access: string, refresh: string]> => {
    const grant = { grant_type: 'password', username: 'alice', password: 'correct horse battery' };
    const { access_token: access, refresh_token: refresh } = await issuer.token(keys, grant);
    return [access, refresh];
  };
  const kept = [await tokensOf(opaque), await tokensOf(jwt)] as const;
  const given = [await tokensOf(opaque), await tokensOf(jwt)] as const;
  const { access_token: bearer } = await issuer.token(sees, { scope: 'introspect' });
  const [machineHeader, opaqueHeader, jwtHeader] = [machine, opaque, jwt].map(headerOf) as [string, string, string];
  const request = (path: string, header: string, fields: Readonly<Record<string, string>>): Case => ({
    path,
    body: new URLSearchParams(fields).toString(),
    authorization: [header],
  });
  return {
    clientHeaders: [machineHeader, opaqueHeader, jwtHeader],
    observer: headerOf(sees),
    bearer: `Bearer ${String(bearer)}`,
    tokens: [kept[0][0], kept[0][1], kept[1][0], kept[1][1]],
    signerId: signer.client.keySet.clientId,
    requests: [
      request('/token', machineHeader, {
        grant_type: 'client_credentials',
        scope: 'default test',
        validity_period: '60',
      }),
      request('/token', machineHeader, { grant_type: 'client_credentials', resource: issuer.oauth.issuer }),
      // Without the grant nobody hashes: passwords have their own, smaller share.
      request('/token', machineHeader, { grant_type: 'password', username: 'alice', password: 'x', scope: 'default' }),
      request('/token', opaqueHeader, { grant_type: 'refresh_token', refresh_token: kept[0][1], scope: 'default' }),
      request('/token', jwtHeader, { grant_type: 'refresh_token', refresh_token: kept[1][1] }),
      request('/revoke', opaqueHeader, { token: given[0][0], token_type_hint: 'access_token' }),
      request('/revoke', jwtHeader, { token: given[1][0] }),
      request('/introspect', opaqueHeader, { token: kept[0][0], token_type_hint: 'access_token' }),
      request('/introspect', jwtHeader, { token: kept[1][1] }),
    ],
  };
};
