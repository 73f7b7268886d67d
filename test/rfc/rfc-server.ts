import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { privilegedScopes } from '../../src/model/management-scope.js';
import { exchange, parseAnswer, type RawAnswer } from '../http/raw.js';
import { faultyStore } from '../support/faulty-store.js';
import { manage } from '../support/manage.js';
import {
  startTestServer,
  type Ask,
  type TestAnswer,
  type TestServer,
  type TestServerOptions,
} from '../support/server.js';
import { openTestStore } from '../support/test-store.js';

/** A client of an application of its own. */
export interface RfcClient {
  readonly applicationId: string;
  readonly clientId: string;
  /** Empty: it has none. */
  readonly clientSecret: string;
  /** How it authenticates. */
  readonly ask: Ask;
  /** What a public client puts into the body, nothing for others. */
  readonly form: Readonly<Record<string, string>>;
}

export interface RfcUser {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

type Fields = Readonly<Record<string, string>>;

export interface RfcServer extends TestServer {
  /** With the grants client_credentials, password and refresh_token and the scopes default and test, unless the settings say otherwise. */
  client(settings?: object): Promise<RfcClient>;
  update(client: RfcClient, settings: object): Promise<void>;
  user(username?: string, password?: string): Promise<RfcUser>;
  /** POST /token by client_credentials unless the fields say otherwise. */
  grant(client: RfcClient, fields?: Fields): Promise<TestAnswer>;
  /** The tokens of a password grant. */
  login(client: RfcClient, user: RfcUser, fields?: Fields): Promise<TestAnswer>;
  refresh(client: RfcClient, token: string, fields?: Fields): Promise<TestAnswer>;
  revoke(client: RfcClient, token: string, fields?: Fields): Promise<TestAnswer>;
  introspect(client: RfcClient, token: string, fields?: Fields): Promise<TestAnswer>;
  /** Whether a client that sees all tokens sees this one as active. */
  isActive(token: string): Promise<boolean>;
  /** A mutation of the management API. */
  manage(mutation: string, input: object, selection: string): Promise<any>;
  /** The store is away at the next call of a method, like `tokens.advance`; at the next one after that of another, if one is named. */
  failNext(method: string, after?: string): void;
  /** A request without a body, in any method. */
  send(method: string, path: string, headers?: Fields): Promise<TestAnswer>;
  /** A request as bytes; the first answer. */
  raw(...chunks: readonly (string | Buffer)[]): Promise<RawAnswer>;
  /** Everything secret that went over the wire so far. */
  readonly secrets: ReadonlySet<string>;
}

export const startRfcServer = async (options: Omit<TestServerOptions, 'store' | 'clock'> = {}): Promise<RfcServer> => {
  const opened = await openTestStore();
  const faulty = faultyStore(opened.store);
  const started = await startTestServer({ ...options, store: faulty.store });
  const secrets = new Set<string>();
  const server: TestServer = { ...started, ...noting(started, secrets) };
  const run = (mutation: string, input: object, selection: string): Promise<any> =>
    manage(server, mutation, { input, selection });
  const makeClient: RfcServer['client'] = async (settings = {}) => {
    const { application } = await run('createApplication', { name: fresh('Application') }, 'application { id }');
    const input = { grantTypes: allGrants, scopes: ['default', 'test'], ...settings, applicationId: application.id };
    const { keys, clientSecret } = await run('generateKeys', input, 'keys { clientId } clientSecret');
    return clientOf({ applicationId: application.id, clientId: keys.clientId, clientSecret: clientSecret ?? '' });
  };
  const post = (path: string, client: RfcClient, fields: Fields): Promise<TestAnswer> =>
    server.post(path, { ...client.form, ...fields }, client.ask);
  let observer: Promise<RfcClient> | undefined;
  const introspect: RfcServer['introspect'] = (client, token, fields) =>
    post('/introspect', client, { token, ...fields });
  return {
    ...server,
    clock: opened.clock,
    secrets,
    failNext: (method, after) => faulty.failNext(method, after),
    manage: run,
    close: async () => {
      await server.close();
      await opened.close();
    },
    client: makeClient,
    introspect,
    update: async (client, settings) => {
      await run('updateKeys', { clientId: client.clientId, ...settings }, 'keys { id }');
    },
    user: async (username = fresh('user'), password = 'correct horse battery') => {
      const { user } = await run('createUser', { username, password }, 'user { id username }');
      return { ...user, password };
    },
    grant: (client, fields) => post('/token', client, { grant_type: 'client_credentials', ...fields }),
    login: (client, { username, password }, fields) =>
      post('/token', client, { grant_type: 'password', username, password, ...fields }),
    refresh: (client, token, fields) =>
      post('/token', client, { grant_type: 'refresh_token', refresh_token: token, ...fields }),
    revoke: (client, token, fields) => post('/revoke', client, { token, ...fields }),
    isActive: async (token) => {
      observer ??= makeClient({ grantTypes: ['CLIENT_CREDENTIALS'], scopes: ['introspect'] });
      return (await introspect(await observer, token)).body.active;
    },
    send: async (method, path, headers = {}) => {
      const answer = await fetch(server.url + path, { method, headers, redirect: 'manual' });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
    },
    raw: async (...chunks) =>
      parseAnswer(await exchange(Number(new URL(server.url).port), chunks, /\r\n\r\n\{[^]*\}$/)),
  };
};

const allGrants = ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'];

let made = 0;
const fresh = (what: string): string => {
  made += 1;
  return `${what}-${made}-${randomBytes(3).toString('hex')}`;
};

/** A client that the server knows already, or one that it does not know. */
export const clientOf = (known: Pick<RfcClient, 'applicationId' | 'clientId' | 'clientSecret'>): RfcClient =>
  known.clientSecret === ''
    ? { ...known, ask: { basic: false }, form: { client_id: known.clientId } }
    : { ...known, ask: { basic: [known.clientId, known.clientSecret] }, form: {} };

const secretNames = ['client_secret', 'client_assertion', 'password', 'refresh_token', 'token', 'access_token'];

/** The same requests; what is secret in them and in their answers is noted. */
const noting = (server: TestServer, secrets: Set<string>): Pick<TestServer, 'post' | 'token' | 'graphql'> => {
  const note = (value: unknown): void => {
    if (typeof value === 'string' && value.length >= 8) secrets.add(value);
  };
  const post: TestServer['post'] = async (path, body, ask = {}) => {
    const form = new URLSearchParams(typeof body === 'string' ? body : Object.entries(body).map(pairOf));
    for (const name of secretNames) form.getAll(name).forEach(note);
    note(ask.headers?.['authorization']?.replace(/^\w+ +/, ''));
    if (typeof ask.basic === 'object') note(ask.basic[1]);
    const answer = await server.post(path, body, ask);
    note(answer.body?.access_token);
    note(answer.body?.refresh_token);
    return answer;
  };
  return {
    post,
    token: (body, ask) => post('/token', body, ask),
    graphql: async (query, variables = {}, token) => {
      const bearer = token ?? (await server.adminToken(privilegedScopes));
      note(bearer);
      JSON.stringify(variables, (name, value: unknown) => {
        if (name === 'password') note(value);
        return value;
      });
      const answer = await server.graphql(query, variables, bearer);
      for (const [, secret] of answer.text.matchAll(/"clientSecret":"([^"]+)"/g)) note(secret);
      return answer;
    },
  };
};

const pairOf = ([name, value]: [string, unknown]): [string, string] =>
  Array.isArray(value) ? [String(value[0]), String(value[1])] : [name, String(value)];

/** One Basic challenge with a realm and the charset, and nothing else (RFC 7617 §2). */
export const basicChallenge = 'Basic realm="tallygate", charset="UTF-8"';

/** A refusal by RFC 6749 §5.2: status, code, members, characters, headers; the challenge with each 401. */
export const expectRefusal = (answer: TestAnswer, status: number, error: string): void => {
  expect({ status: answer.status, error: answer.body?.error }).toEqual({ status, error });
  expect(Object.keys(answer.body)).toEqual(['error', 'error_description', 'error_uri', 'request_id']);
  expect(answer.body.error_description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  expect(answer.body.error_uri).toMatch(new RegExp(`^http[^ ]+/errors#${error}$`));
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  expectUnkept(answer);
  if (status === 401) expect(answer.headers.get('www-authenticate')).toBe(basicChallenge);
  else expect(answer.headers.has('www-authenticate')).toBe(false);
};

/** All that an answer says, but for the request's own id and the time of day. */
export const withoutIds = ({ status, headers, body }: TestAnswer): object => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'),
  body: { ...body, request_id: '' },
});

/** JSON that nobody keeps, sniffs, or learns more from. */
export const expectUnkept = ({ headers }: TestAnswer): void => {
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  for (const name of ['set-cookie', 'server', 'x-powered-by']) expect(headers.has(name)).toBe(false);
};

/** A successful answer by RFC 6749 §5.1. */
export const expectToken = (answer: TestAnswer, members: object = {}): void => {
  expect(answer).toMatchObject({
    status: 200,
    body: {
      access_token: expect.stringMatching(/^[A-Za-z0-9._~-]+$/),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: expect.any(String),
      ...members,
    },
  });
  expectUnkept(answer);
};

/** Refuses every method but POST, without doing what was asked (RFC 9110 §15.5.6). */
export const expectPostOnly = async (server: RfcServer, path: string): Promise<void> => {
  const client = await server.client();
  const authorization = `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`;
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await server.send(method, `${path}?grant_type=client_credentials`, { authorization });
    expectRefusal(answer, 405, 'invalid_request');
    expect(answer.headers.get('allow')).toBe('POST');
  }
  const head = await server.send('HEAD', path, { authorization });
  expect([head.status, head.text, head.headers.get('allow')]).toEqual([405, '', 'POST']);
  expectUnkept(head);
};

/** The last row of a table: what it sent and got is not in the log, at any level. */
export const expectQuietLog = ({ logged, secrets }: RfcServer): Promise<void> => {
  const log = JSON.stringify(logged);
  expect(secrets.size).toBeGreaterThan(3);
  expect([...secrets].filter((secret) => log.includes(secret))).toEqual([]);
  return Promise.resolve();
};
