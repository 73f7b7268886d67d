import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { privilegedScopes } from '../../src/model/management-scope.js';
import { exchange, parseAnswer } from '../http/raw.js';
import { startTestServer } from '../support/server.js';

const server = await startTestServer();
let token = '';
beforeAll(async () => {
  token = await server.adminToken();
});
afterAll(() => server.close());

const modern = 'application/graphql-response+json';
const plain = 'application/json';

const send = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': plain, authorization: `Bearer ${token}`, ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
};

const viewer = JSON.stringify({ query: '{ viewer { clientId } }' });

describe('the media type of an answer', () => {
  test.each([
    [undefined, plain],
    ['*/*', plain],
    ['application/*', plain],
    [plain, plain],
    [modern, modern],
    [`${modern}; charset=utf-8, ${plain}; charset=utf-8`, modern],
    [`${plain}, ${modern}`, plain],
    [`${plain};q=0.5, ${modern}`, modern],
    [`text/html, */*;q=0.1`, plain],
    [`${plain};q=0, */*`, modern],
  ])('for Accept: %s is %s', async (accept, expected) => {
    const answer = await send(viewer, accept === undefined ? {} : { accept });
    expect(answer).toMatchObject({ status: 200, body: { data: { viewer: { clientId: 'management' } } } });
    expect(answer.headers.get('content-type')).toBe(`${expected}; charset=utf-8`);
  });

  it('is 406 when it wants neither', async () => {
    expect(await send(viewer, { accept: 'text/html' })).toMatchObject({
      status: 406,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });
});

describe('an error before execution is 400 in the newer media type and 200 in plain JSON', () => {
  test.each([
    ['JSON that is no object', '7', 'BAD_REQUEST'],
    ['a batch', `[${viewer}]`, 'BAD_REQUEST'],
    ['no query', '{}', 'BAD_REQUEST'],
    ['a query that is no string', '{"query":{}}', 'BAD_REQUEST'],
    ['variables that are no object', '{"query":"{viewer{clientId}}","variables":[]}', 'BAD_REQUEST'],
    ['an operation name that is no string', '{"query":"{viewer{clientId}}","operationName":1}', 'BAD_REQUEST'],
    ['extensions that are no object', '{"query":"{viewer{clientId}}","extensions":"x"}', 'BAD_REQUEST'],
    ['an empty query', '{"query":""}', 'BAD_REQUEST'],
    ['a query of comments', '{"query":" # { viewer }\\n,"}', 'BAD_REQUEST'],
    [
      'a persisted query',
      '{"query":"{viewer{clientId}}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}',
      undefined,
    ],
    ['a syntax error', '{"query":"{ viewer"}', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{"query":"{ vewer }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['a kind of operation that there is not', '{"query":"subscription { viewer }"}', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operation',
      '{"query":"query A { viewer { clientId } }","operationName":"B"}',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'two operations and no name',
      '{"query":"query A { viewer { clientId } } query B { viewer { clientId } }"}',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'a variable of another type',
      '{"query":"query ($n: Int) { users(first: $n) { totalCount } }","variables":{"n":"x"}}',
      'BAD_USER_INPUT',
    ],
    [
      'too much at once',
      '{"query":"{ users(first: 100) { nodes { grants(first: 100) { nodes { id } } } } }"}',
      'QUERY_TOO_COMPLEX',
    ],
  ])('%s', async (what, body, code) => {
    if (code === undefined) {
      expect((await send(body, { accept: modern })).status).toBe(200);
      return;
    } // passed over
    const [newer, older] = [await send(body, { accept: modern }), await send(body, { accept: plain })];
    expect([what, newer.status, older.status]).toEqual([what, 400, 200]);
    for (const answer of [newer, older]) {
      expect(answer.body).not.toHaveProperty('data');
      expect(answer.body.errors[0].extensions).toMatchObject({ code, requestId: answer.headers.get('x-request-id') });
    }
  });

  test.each(['', '{}', 'null', '{"query":null}', '{"query":""}', '{"query":"\\n #"}'])(
    '%j is told what a request is',
    async (body) => {
      const answer = await send(body);
      expect(answer.body.errors[0].message).toContain('like {"query":"{ viewer { clientId } }"}.');
      expect(answer.body.errors[0].extensions.code).toBe('BAD_REQUEST');
    },
  );

  it('but nulls are as good as nothing, and unknown members are passed over', async () => {
    const nulls = { variables: null, operationName: null, extensions: null, other: 1 };
    expect((await send(JSON.stringify({ query: '{ viewer { clientId } }', ...nulls }))).status).toBe(200);
  });

  it('and an error during execution is 200 in both', async () => {
    const document = JSON.stringify({ query: '{ application(id: "a", name: "b") { id } viewer { clientId } }' });
    for (const accept of [modern, plain]) {
      const answer = await send(document, { accept });
      expect(answer).toMatchObject({
        status: 200,
        body: { data: { application: null, viewer: { clientId: 'management' } }, errors: [{ path: ['application'] }] },
      });
    }
  });
});

describe('statuses that do not depend on the media type', () => {
  const everywhere = [{ accept: plain }, { accept: modern }];

  test.each(everywhere)('401 without a token ($accept)', async (accept) => {
    const answer = await send(viewer, { ...accept, authorization: '' });
    expect(answer).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="tallygate"');
    const forged = await send(viewer, { ...accept, authorization: 'Bearer forged' });
    expect(forged.status).toBe(401);
    expect(forged.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test.each(everywhere)('403 for a mutation on keys that hold what the caller does not ($accept)', async (accept) => {
    const weak = await server.adminToken(['applications:write']);
    const query = 'mutation { deleteKeys(input: { clientId: "management" }) { deletedClientId } }';
    const answer = await send(JSON.stringify({ query }), { ...accept, authorization: `Bearer ${weak}` });
    expect(answer).toMatchObject({
      status: 403,
      body: { data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    const [, scopes = ''] = /scope="([^"]*)"$/.exec(challenge) ?? [];
    expect(scopes.split(' ').sort()).toEqual([...privilegedScopes].sort());
  });

  test.each(everywhere)('400 for what is no JSON ($accept)', async (accept) => {
    for (const body of ['{', '', 'query=%7Bviewer%7BclientId%7D%7D', Buffer.from([0x7b, 0xff, 0x7d])]) {
      const answer = await send(body, accept);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
    }
  });

  test.each(everywhere)('413 for more than 64 KiB ($accept)', async (accept) => {
    const body = JSON.stringify({ query: '{ viewer { clientId } }', variables: { more: 'x'.repeat(65_536) } });
    expect((await send(body, accept)).status).toBe(413);
    expect((await send('x'.repeat(2_000_000), accept)).status).toBe(413);
  });

  test.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/graphql' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-encoding': 'gzip' },
  ])('415 for %j', async (headers) => {
    expect((await send(viewer, headers)).status).toBe(415);
  });

  it('takes an empty Content-Encoding as none', async () => {
    expect((await send(viewer, { 'content-encoding': '' })).status).toBe(200);
  });

  test.each(['application/json; charset=UTF-8', 'Application/JSON;charset="utf-8"'])('but %s is fine', async (type) => {
    expect((await send(viewer, { 'content-type': type })).status).toBe(200);
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('405 for %s, with Allow, as a GraphQL error', async (method) => {
    for (const accept of [plain, modern]) {
      const query = '?query=%7Bviewer%7BclientId%7D%7D';
      const response = await fetch(`${server.url}/graphql${query}`, { method, headers: { accept } });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      const requestId = response.headers.get('x-request-id');
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'Send POST: this endpoint takes no other method.',
            extensions: { code: 'BAD_REQUEST', requestId },
          },
        ],
      });
    }
  });
});

it('looks at the token before it reads the body', async () => {
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': plain, 'content-length': 1000, connection: 'close' },
    });
    request.on('response', (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on('error', reject);
    request.write('{'); // and no more of it
  });
  expect(status).toBe(401);
});

it('tells in its own form that a request has no proper Host', async () => {
  const text = await exchange(Number(new URL(server.url).port), [
    'POST /graphql HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
  ]);
  const { status, body } = parseAnswer(text);
  expect(status).toBe(400);
  expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

it('takes a thousand rows of history, which are more than 64 KiB', async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    applicationId: server.sample.applicationId,
    username: `somebody-who-is-not-there-${index}`,
    firstTokenAt: '2025-01-01T00:00:00Z',
  }));
  const query =
    'mutation ($rows: [ImportRegistrationRow!]!) { importRegistrations(input: { rows: $rows }) { failed { row } } }';
  const answer = await send(JSON.stringify({ query, variables: { rows } }));
  expect(answer.status).toBe(200);
  expect(answer.body.data.importRegistrations.failed).toHaveLength(1000);
});

it('sets no cookie, is kept nowhere and lets no other origin read', async () => {
  const answer = await send(viewer, { origin: 'https://elsewhere.example' });
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

/** Without fetch, which asks for a fresh answer as soon as somebody else revalidates. */
const revalidated = (path: string, etag: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(server.url + path, { headers: { 'if-none-match': etag, connection: 'close' } });
    request
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });

describe('public documents', () => {
  it('serves the SDL to everybody', async () => {
    const answer = await server.get('/graphql/schema.graphql', { origin: 'https://elsewhere.example' });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('type Application implements Node');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await revalidated('/graphql/schema.graphql', answer.headers.get('etag')!)).toBe(304);
  });

  test.each(['/graphql/schema.graphql', '/graphql/explorer', '/errors', '/.well-known/jwks.json'])(
    'lets a browser of any origin ask beforehand whether it may read %s',
    async (path) => {
      const { status, headers } = await fetch(server.url + path, {
        method: 'OPTIONS',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
      });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toBe('GET');
    },
  );

  it('serves an explorer that needs no other host', async () => {
    const answer = await server.get('/graphql/explorer');
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/(?:src|href)="https?:|\/\/[a-z]+\.[a-z]+\/|@import/);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});
