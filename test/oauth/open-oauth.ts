import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import { sealClientSecret } from '../../src/crypto/client-secret.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import { randomId } from '../../src/crypto/random-token.js';
import type { Application, ClientSecret, KeySet } from '../../src/model/application.js';
import type { AuditEvent } from '../../src/model/audit-event.js';
import { Secret } from '../../src/model/secret.js';
import type { User } from '../../src/model/user.js';
import type { Endpoint, EndpointRequest } from '../../src/oauth/endpoints/endpoint.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import { tokenEndpoint } from '../../src/oauth/endpoints/token.js';
import type { OAuthDeps, TokenEvents } from '../../src/oauth/oauth-deps.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { secretKey } from '../support/secret-key.js';

export const issuer = 'https://tallygate.example';
export const clientSecret = 'tgs_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';
export const userPassword = 'correct horse battery staple';

type Params = Readonly<Record<string, string>> | string;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, any>>;
}

export type Issued = Parameters<TokenEvents['issued']>[0];
export type Refused = Parameters<TokenEvents['refused']>[0];

/** The token endpoint over an empty embedded store, with real keys and hashes. */
export interface OAuthUnderTest extends TestStore {
  readonly deps: OAuthDeps;
  readonly endpoint: Endpoint;
  readonly issued: Issued[];
  readonly refused: Refused[];
  readonly uses: string[];
  /** An application with production keys, whose one secret is `clientSecret`. */
  keys(settings?: Partial<KeySet>, application?: Partial<Application>): Promise<KeySet>;
  /** What an administrator does: reads, changes, writes. */
  change(keySet: KeySet, settings: Partial<KeySet>, application?: Partial<Application>): Promise<void>;
  secret(value: string, more?: Partial<ClientSecret>): ClientSecret;
  user(settings?: Partial<User>, password?: string): Promise<User>;
  /** POST /token; by Basic with `clientSecret` unless `authorization` says otherwise. */
  token(keySet: KeySet, params: Params, request?: Partial<EndpointRequest>): Promise<Answer>;
}

export const auditEvent = (at = 0): AuditEvent => ({
  id: randomId('event'),
  at,
  actor: 'test',
  action: 'test',
  outcome: 'ok',
  target: 'test',
  requestId: 'test',
});

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

export const openOAuth = async (): Promise<OAuthUnderTest> => {
  const opened = await openTestStore();
  const { store, clock } = opened;
  const keyring = createKeyring([secretKey(7)]);
  const passwordHasher = createPasswordHasher({ threads: 2, queueLimit: 1000 });
  const issued: Issued[] = [];
  const refused: Refused[] = [];
  const uses: string[] = [];
  const deps: OAuthDeps = {
    store,
    keyring,
    passwordHasher,
    issuer,
    clock: clock.now,
    signingKeys: await openSigningKeys({ store, keyring, clock: clock.now }),
    noteUse: (id) => uses.push(id),
    events: { issued: (event) => issued.push(event), refused: (event) => refused.push(event) },
  };
  const endpoint = tokenEndpoint(deps);
  const secret = (value: string, more: Partial<ClientSecret> = {}): ClientSecret => ({
    ...sealClientSecret(keyring, new Secret(value)),
    createdAt: clock.now(),
    ...more,
  });
  return {
    ...opened,
    deps,
    endpoint,
    issued,
    refused,
    uses,
    secret,
    keys: async (settings = {}, application = {}) => {
      const keySet = { ...defaultKeySet(), secrets: [secret(clientSecret)], createdAt: clock.now(), ...settings };
      await store.applications.create(applicationOf(keySet, application), auditEvent());
      return keySet;
    },
    change: async (keySet, settings, more = {}) => {
      const client = await store.applications.findClient(keySet.clientId);
      const { version } = client!.application;
      const keys = { [keySet.environment]: { ...client!.keySet, ...settings } };
      const next = { ...client!.application, ...more, keys, version: version + 1 };
      if ((await store.applications.replace(next, version, auditEvent())) !== 'replaced') throw new Error('lost');
    },
    user: async (settings = {}, password = userPassword) => {
      const user: User = {
        id: randomId('user'),
        username: 'alice',
        enabled: true,
        epoch: 0,
        passwordHash: await passwordHasher.hash(new Secret(password)),
        createdAt: clock.now(),
        ...settings,
      };
      await store.users.create(user, auditEvent());
      return user;
    },
    token: (keySet, params, request) => post(endpoint, { keySet, params, request: request ?? {} }),
    close: async () => {
      await passwordHasher.close();
      await opened.close();
    },
  };
};

let requests = 0;

const post = async (
  endpoint: Endpoint,
  {
    keySet,
    params,
    request,
  }: { readonly keySet: KeySet; readonly params: Params; readonly request: Partial<EndpointRequest> },
): Promise<Answer> => {
  requests += 1;
  const requestId = `req-${requests}`;
  try {
    const { body = '', ...rest } = await endpoint.handle({
      method: 'POST',
      query: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      authorization: [basic(keySet.clientId, clientSecret)],
      body: Buffer.from(typeof params === 'string' ? params : new URLSearchParams(params).toString()),
      requestId,
      ...request,
    });
    return { ...rest, body: JSON.parse(body) };
  } catch (error) {
    const { body = '', ...rest } = errorResponse(error, { issuer, requestId });
    return { ...rest, body: JSON.parse(body) };
  }
};

const defaultKeySet = (): Omit<KeySet, 'secrets' | 'createdAt'> => ({
  id: randomId('keySet'),
  clientId: randomId('client'),
  environment: 'PRODUCTION',
  enabled: true,
  grantTypes: ['client_credentials', 'password', 'refresh_token'],
  scopes: ['default', 'read', 'write'],
  audience: [],
  redirectUris: [],
  authenticationMethod: 'CLIENT_SECRET_BASIC',
  accessTokenFormat: 'JWT',
  accessTokenAlgorithm: 'ES256',
  accessTokenHeaderType: 'AT_JWT',
  accessTokenLifetimeSeconds: 3600,
  maxAccessTokenLifetimeSeconds: 86_400,
  refreshTokenLifetimeSeconds: 30 * 86_400,
  refreshTokenIdleSeconds: 7 * 86_400,
  refreshTokenReuseWindowSeconds: 10,
  epoch: 0,
  grantEpochs: {},
});

const applicationOf = (keySet: KeySet, more: Partial<Application>): Application => {
  const id = randomId('application');
  return {
    id,
    name: id,
    enabled: true,
    labels: [],
    version: 1,
    createdAt: keySet.createdAt,
    updatedAt: keySet.createdAt,
    keys: { [keySet.environment]: keySet },
    ...more,
  };
};

/** Claims of a JWT without a look at its signature. */
export const claimsOf = (jwt: string): Readonly<Record<string, any>> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
