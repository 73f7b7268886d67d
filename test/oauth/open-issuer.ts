import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import { Secret } from '../../src/model/secret.js';
import type { User } from '../../src/model/user.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import { createEndpoints } from '../../src/oauth/endpoints/index.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { createUser } from '../../src/users/create-user.js';
import { openManagement, type Management } from '../management/open-management.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly body: Readonly<Record<string, any>>;
}

export type Refusal = Parameters<OAuthDeps['events']['refused']>[0];

/** How a request authenticates; `form` is what goes into the body. */
export interface Presented {
  readonly authorization?: readonly string[];
  readonly form?: Readonly<Record<string, string>>;
}

export const basic = ({ client, clientSecret }: GeneratedKeys): Presented => ({
  authorization: [
    `Basic ${Buffer.from(`${encodeURIComponent(client.keySet.clientId)}:${reveal(clientSecret)}`).toString('base64')}`,
  ],
});
export const bearer = (token: string): Presented => ({ authorization: [`Bearer ${token}`] });
const reveal = (secret: Secret | undefined): string => secret?.reveal() ?? '';

type Fields = Readonly<Record<string, string>> | string;

export interface Issuer extends Management {
  readonly oauth: OAuthDeps;
  readonly refusals: readonly Refusal[];
  post(path: string, fields: Fields, presented?: Presented): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A token of the endpoint /token; throws when it is refused. */
  token(keys: GeneratedKeys, fields?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, any>>>;
  introspect(token: string, keys: GeneratedKeys): Promise<Readonly<Record<string, any>>>;
  /** Whose password is `correct horse battery`. */
  user(username: string): Promise<User>;
}

/** Every endpoint over an empty embedded store, without HTTP in front. */
export const openIssuer = async (settings: { readonly issuer?: string } = {}): Promise<Issuer> => {
  const management = await openManagement();
  const refusals: Refusal[] = [];
  const { store, keyring, clock } = management.deps;
  const oauth: OAuthDeps = {
    store,
    keyring,
    clock,
    signingKeys: await openSigningKeys({ store, keyring, clock }),
    issuer: settings.issuer ?? management.deps.issuer,
    passwordHasher: createPasswordHasher({ threads: 1, queueLimit: 64 }),
    noteUse: () => undefined,
    events: { issued: () => undefined, refused: (refusal) => void refusals.push(refusal) },
  };
  const endpoints = createEndpoints(oauth);
  const answer = async (request: { path: string; method: 'GET' | 'POST' }, sent: object): Promise<Answer> => {
    const endpoint = endpoints.find(({ paths, method }) => paths.includes(request.path) && method === request.method);
    if (endpoint === undefined) throw new Error(`${request.method} ${request.path} is not in the table.`);
    const whole = { query: '', headers: {}, authorization: [], body: Buffer.alloc(0), requestId: 'req-1' };
    const answered = await endpoint
      .handle({ ...whole, method: request.method, ...sent })
      .catch((error: unknown) => errorResponse(error, { issuer: oauth.issuer, requestId: 'req-1' }));
    const { status, headers, body = '' } = answered;
    return {
      status,
      headers,
      text: body,
      body: headers['content-type'] === 'application/json' ? JSON.parse(body) : {},
    };
  };
  const post: Issuer['post'] = (path, fields, { authorization = [], form = {} } = {}) => {
    const text = typeof fields === 'string' ? fields : new URLSearchParams({ ...form, ...fields }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return answer({ path, method: 'POST' }, { authorization, headers, body: Buffer.from(text) });
  };
  return {
    ...management,
    oauth,
    refusals,
    post,
    get: (path, headers = {}) => answer({ path, method: 'GET' }, { headers }),
    token: async (keys, fields = {}) => {
      const { status, body } = await post('/token', { grant_type: 'client_credentials', ...fields }, basic(keys));
      if (status !== 200) throw new Error(`/token answered ${status} ${JSON.stringify(body)}`);
      return body;
    },
    introspect: async (token, keys) => (await post('/introspect', { token }, basic(keys))).body,
    user: (username) =>
      createUser(oauth, management.actor, { username, password: new Secret('correct horse battery') }),
    close: async () => {
      await oauth.passwordHasher.close();
      await management.close();
    },
  };
};
