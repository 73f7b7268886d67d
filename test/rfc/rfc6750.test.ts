import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import type { TestAnswer } from '../support/server.js';
import {
  expectQuietLog,
  expectRefusal,
  expectToken,
  startRfcServer,
  type RfcClient,
  type RfcServer,
} from './rfc-server.js';

/** What is protected by bearer tokens, and a request that a good one opens. */
interface Resource {
  readonly name: string;
  readonly ask: (headers: Readonly<Record<string, string>>, query?: string) => Promise<TestAnswer>;
  /** The code of a refusal in the body. */
  readonly code: (answer: TestAnswer) => unknown;
}

let server: RfcServer;
let client: RfcClient;
let admin: string;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  admin = await server.adminToken();
});
afterAll(() => server.close());

const answerOf = async (path: string, init: RequestInit): Promise<TestAnswer> => {
  const answer = await fetch(server.url + path, init);
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
};
const json = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const operation = JSON.stringify({ query: '{ applications { totalCount } }' });
const period = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z';

const resources: readonly Resource[] = [
  {
    name: 'the management API',
    ask: (headers, query = '') =>
      answerOf(`/graphql?${query}`, { method: 'POST', headers: { ...json, ...headers }, body: operation }),
    code: ({ body }) => body.errors[0].extensions.code,
  },
  {
    name: 'the CSV of the statistics',
    ask: (headers, query = '') => answerOf(`/statistics/registered-users.csv?${period}&${query}`, { headers }),
    code: ({ body }) => body.error,
  },
];
const challengeOf = ({ headers }: TestAnswer): string | null => headers.get('www-authenticate');

interface Asked extends RfcRule {
  /** Headers, from a good token. */
  readonly headers: (good: string) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly query?: (good: string) => string;
  readonly status: number;
  /** Of the challenge; absent: no challenge; null: one without an error. */
  readonly error?: string | null;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = async (fields = {}): Promise<string> => (await server.grant(client, fields)).body.access_token;

const asked: readonly Asked[] = [
  { ...must('§2.1', 97), behaviour: 'opens to a good token', headers: bearer, status: 200 },
  {
    ...must('§2.1', 98),
    behaviour: 'compares the scheme without case',
    headers: (good) => ({ authorization: `bEARER ${good}` }),
    status: 200,
  },
  {
    ...should('§3.1', 97),
    behaviour: 'answers a request without credentials with a challenge without an error',
    headers: () => ({}),
    status: 401,
    error: null,
  },
  {
    ...should('§3.1', 97),
    behaviour: 'answers another scheme with a challenge without an error',
    headers: () => ({ authorization: 'Basic YTpi' }),
    status: 401,
    error: null,
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers a token that is none with invalid_token',
    headers: () => bearer('x'),
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers a scheme without a token with invalid_token',
    headers: () => ({ authorization: 'Bearer' }),
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§2.1', 97),
    behaviour: 'answers characters beyond b64token with invalid_token',
    headers: (good) => bearer(`${good}"`),
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers a token for another audience with invalid_token',
    headers: async () => bearer(await tokenOf()),
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers an expired token with invalid_token',
    headers: async () => {
      const token = await server.adminToken();
      server.clock.advance(3_600_000);
      admin = await server.adminToken();
      return bearer(token);
    },
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers a refresh token with invalid_token',
    headers: async () => bearer((await server.login(client, await server.user())).body.refresh_token),
    status: 401,
    error: 'invalid_token',
  },
  {
    ...must('§3.1', 97),
    behaviour: 'answers a token with too little scope with 403 insufficient_scope',
    headers: async () => bearer(await server.adminToken(['audit:read'])),
    status: 403,
    error: 'insufficient_scope',
  },
  {
    ...ours('§2.3', 98),
    behaviour: 'refuses a token in the query',
    headers: () => ({}),
    query: (good) => `access_token=${good}`,
    status: 400,
    error: 'invalid_request',
  },
  {
    ...must('§2', 98),
    behaviour: 'refuses a token in the query beside one in the header, though both are good',
    headers: bearer,
    query: (good) => `access_token=${good}`,
    status: 400,
    error: 'invalid_request',
  },
  {
    ...must('§2', 98),
    behaviour: 'refuses a token in the query by any spelling of its name',
    headers: bearer,
    query: (good) => `access%5ftoken=${good}`,
    status: 400,
    error: 'invalid_request',
  },
];

for (const { name, ask, code } of resources) {
  rfcTable(
    6750,
    asked.map((row) => ({ ...row, behaviour: `${name} ${row.behaviour}` })),
    async ({ headers, query = () => '', status, error }) => {
      const sent = await headers(admin);
      const answer = await ask(sent, query(admin));
      expect(answer.status).toBe(status);
      if (status === 200) {
        expect(challengeOf(answer)).toBeNull();
        return;
      }
      expect(challengeOf(answer)).toMatch(/^Bearer realm="[^"]+"/);
      if (error === null) {
        expect(challengeOf(answer)).not.toContain('error');
        return;
      }
      expect(challengeOf(answer)).toContain(`error="${String(error)}"`);
      if (status === 403) expect(challengeOf(answer)).toMatch(/scope="[^"]*(applications|statistics):read/);
      expect(code(answer)).toBeDefined();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );
}

const post = (head: string): string =>
  `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${operation.length}\r\n${head}\r\n${operation}`;

rfcRows(6750, [
  {
    ...must('§2', 98),
    behaviour: 'two Authorization headers are refused with invalid_request, though both are good',
    shows: async () => {
      const header = `Authorization: Bearer ${admin}\r\n`;
      const answer = await server.raw(post(header + header));
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        400,
        expect.stringContaining('error="invalid_request"'),
      ]);
      expect((await server.raw(post(header))).status).toBe(200);
    },
  },
  {
    ...ours('§2.2', 98),
    behaviour: 'a token in a form is not read',
    shows: async () => {
      const body = new URLSearchParams({ access_token: admin, query: '{ viewer { subject } }' });
      const answer = await answerOf('/graphql', { method: 'POST', body });
      expect([answer.status, challengeOf(answer)]).toEqual([401, 'Bearer realm="tallygate"']);
      const beside = await answerOf('/graphql', { method: 'POST', body, headers: bearer(admin) });
      expect(beside.status).toBe(415);
    },
  },
  {
    ...must('§2', 98),
    behaviour: 'introspection by a bearer token refuses a second one in the query or the body',
    shows: async () => {
      const ask = { basic: false, headers: bearer(await server.adminToken(['introspect'])) } as const;
      expect(await server.post('/introspect', { token: 'x' }, ask)).toMatchObject({
        status: 200,
        body: { active: false },
      });
      expectRefusal(await server.post('/introspect?access_token=x', { token: 'x' }, ask), 400, 'invalid_request');
      expectRefusal(await server.post('/introspect', { token: 'x', access_token: 'x' }, ask), 400, 'invalid_request');
    },
  },
  {
    ...must('§3.1', 97),
    behaviour: 'an ID token or client assertion is no access token, though our key signed it',
    shows: async () => {
      const claims = JSON.parse(Buffer.from(admin.split('.')[1] ?? '', 'base64url').toString());
      for (const typ of ['JOSE', 'client-authentication+jwt', 'id_token', '']) {
        const token = server.oauth.signingKeys.sign('ES256', typ, claims);
        for (const { ask } of resources) expect((await ask(bearer(token))).status).toBe(401);
      }
      const same = server.oauth.signingKeys.sign('ES256', 'at+jwt', claims);
      for (const { ask } of resources) expect((await ask(bearer(same))).status).toBe(200);
    },
  },
  {
    ...must('§3', 97),
    behaviour: 'a description in a challenge keeps to its characters and echoes nothing',
    shows: async () => {
      for (const { ask } of resources) {
        const challenge = challengeOf(await ask(bearer('echo.echo.echo'))) ?? '';
        expect(challenge).toMatch(/^[\x20-\x7E]+$/);
        expect(challenge).toMatch(/error_description="[^"\\]+"/);
        expect(challenge).not.toContain('echo');
      }
    },
  },
  {
    ...must('§5.3', 97),
    behaviour: 'a management token ends with its client, at once',
    shows: async () => {
      const reader = await server.client({
        grantTypes: ['CLIENT_CREDENTIALS'],
        scopes: ['applications:read', 'statistics:read'],
      });
      const token: string = (await server.grant(reader, { scope: 'applications:read statistics:read' })).body
        .access_token;
      const statuses = async (): Promise<number[]> =>
        Promise.all(resources.map(async ({ ask }) => (await ask(bearer(token))).status));
      expect(await statuses()).toEqual([200, 200]);
      await server.update(reader, { enabled: false });
      expect(await statuses()).toEqual([401, 401]);
      await server.update(reader, { enabled: true });
      expect(await statuses()).toEqual([401, 401]);
      expectToken(await server.grant(reader, { scope: 'applications:read' }));
    },
  },
  {
    ...must('§5.3', 100),
    behaviour: 'no bearer token is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
