// What is measured: each scenario says where it goes, as whom, and what each connection sends next.
import { constantBody } from './load.js';
import { post } from './product.js';

const clientCredentials = constantBody('grant_type=client_credentials&scope=default');
const login = ({ username, password }) => new URLSearchParams({ grant_type: 'password', username, password });
const refreshTokenIn = (text) => JSON.parse(text).refresh_token;
const accessTokenIn = (text) => JSON.parse(text).access_token;

/** Each connection follows a family of its own: the refresh token of one answer is the body of the next request. */
const refreshing = async (base, { opaque, user }, connections) => {
  const tokens = [];
  // One more than connections: the first answer, which the floor repeats, takes one too.
  for (let index = 0; index <= connections; index += 1) {
    tokens.push(refreshTokenIn(await post(`${base}/token`, `${login(user)}`, opaque)));
  }
  return () => {
    let token = tokens.pop();
    return (text) => {
      if (text !== undefined) token = refreshTokenIn(text);
      return `grant_type=refresh_token&refresh_token=${token}`;
    };
  };
};

const manyTokens = async (base, authorization, count) => {
  const tokens = [];
  const one = () => post(`${base}/token`, 'grant_type=client_credentials&scope=default', authorization);
  while (tokens.length < count) {
    tokens.push(...(await Promise.all(Array.from({ length: 50 }, one))).map(accessTokenIn));
  }
  return tokens;
};

const oneEach = (tokens) => () => () => `token=${tokens.pop() ?? 'none-left'}`;

const firstToken = async (base, authorization) =>
  accessTokenIn(await post(`${base}/token`, 'grant_type=client_credentials&scope=default', authorization));

/** Each token can be revoked once: as many as there were time for. */
const revocations = (seconds) => 4_000 * seconds;

/** `target`: the least ratio to the floor that is promised; `requests`: how many there are, where they are not endless. */
export const scenarios = (base, clients) => [...atToken(base, clients), ...aboutTokens(base, clients)];

const atToken = (base, clients) => [
  {
    name: 'client_credentials, JWT (ES256)',
    path: '/token',
    authorization: clients.jwt,
    body: () => clientCredentials,
    target: 0.4,
  },
  {
    name: 'client_credentials, opaque, durable',
    path: '/token',
    authorization: clients.opaque,
    body: () => clientCredentials,
    target: 0.35,
  },
  {
    name: 'refresh_token, durable',
    path: '/token',
    authorization: clients.opaque,
    body: () => refreshing(base, clients, 50),
  },
  {
    name: 'password (argon2id 19 MiB), durable',
    path: '/token',
    authorization: clients.opaque,
    body: () => constantBody(`${login(clients.user)}`),
    connections: 4,
  },
];

const aboutTokens = (base, clients) => [
  {
    name: 'introspection of an opaque token',
    path: '/introspect',
    authorization: clients.opaque,
    body: async () => constantBody(`token=${await firstToken(base, clients.opaque)}`),
    target: 0.4,
  },
  {
    name: 'introspection of a JWT',
    path: '/introspect',
    authorization: clients.jwt,
    body: async () => constantBody(`token=${await firstToken(base, clients.jwt)}`),
    target: 0.4,
  },
  {
    name: 'revocation of a JWT, durable',
    path: '/revoke',
    authorization: clients.jwt,
    requests: revocations,
    // Some more, since each connection prepares a request that it does not send any more.
    body: async (seconds) => oneEach(await manyTokens(base, clients.jwt, revocations(seconds) + 100)),
  },
];
