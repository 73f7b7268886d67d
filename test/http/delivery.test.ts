import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { factsOf } from '../../src/http/request-facts.js';
import { readBody } from '../../src/http/read-body.js';
import type { EndpointRequest, EndpointResponse } from '../../src/oauth/endpoints/endpoint.js';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { document, echo, openApp, type AppUnderTest, type TestRoute } from './app-under-test.js';
import { exchange, parseAnswer, writeThenRead } from './raw.js';

const form = { 'content-type': 'application/x-www-form-urlencoded' };

const routes: readonly TestRoute[] = [
  {
    path: '/livez',
    methods: { GET: (context) => Promise.resolve(void (context.body = 'ok')) },
  },
  {
    path: '/graphql',
    methods: {
      POST: async (context) => {
        const body = await readBody(context.req, 1024);
        context.status = body === 'too_large' ? 413 : 200;
        context.body = { length: body.length, ...factsOf(context.req) };
      },
    },
  },
  { path: '/object', methods: { GET: (context) => Promise.resolve(void (context.body = { is: 'here' })) } },
  { path: '/away', methods: { GET: () => Promise.reject(new StoreUnavailable(new Error('connection refused'))) } },
  {
    path: '/broken',
    methods: {
      GET: (context) => {
        context.set('Content-Disposition', 'attachment');
        return Promise.reject(new Error('password=hunter2'));
      },
    },
  },
];

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp({ routes, publicOrigins: ['https://app.example'] });
});
afterAll(() => app.close());

const post = (path: string, body: string | Buffer, headers: Record<string, string> = form) =>
  fetch(app.url + path, { method: 'POST', body, headers });

describe('an endpoint', () => {
  it('gets method, query, headers, body and a request id as plain values', async () => {
    const answer = await post('/oauth2/token?tenant=1', 'a=b&a=c');
    expect(await answer.json()).toMatchObject({
      method: 'POST',
      query: 'tenant=1',
      body: 'a=b&a=c',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      authorization: [],
      remoteAddress: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('gets every Authorization header', async () => {
    const text = await exchange(app.port, [
      'POST /token HTTP/1.1\r\nHost: a\r\nauthorization: Basic a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n',
    ]);
    expect(JSON.parse(parseAnswer(text).body)).toMatchObject({ authorization: ['Basic a', 'Bearer b'] });
  });

  it('takes an empty Authorization header for none', async () => {
    const text = await exchange(app.port, [
      'POST /token HTTP/1.1\r\nHost: a\r\nauthorization: \r\nAuthorization: Basic a\r\nConnection: close\r\n\r\n',
    ]);
    expect(JSON.parse(parseAnswer(text).body)).toMatchObject({ authorization: ['Basic a'] });
  });

  it('answers the absolute form of a request target', async () => {
    const bytes = 'POST http://proxy.example/token?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const answer = parseAnswer(await exchange(app.port, [bytes]));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ query: 'x=1' });
  });

  it('gives each answer another request id, and says nosniff and no server name', async () => {
    const answers = await Promise.all([post('/token', 'a=b'), post('/token', 'a=b'), fetch(`${app.url}/nowhere`)]);
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.has('server')).toBe(false);
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND'])('refuses %s with 405 and Allow', async (method) => {
    const answer = await fetch(`${app.url}/token`, { method, headers: { 'x-http-method-override': 'POST' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    const body = await answer.text();
    if (method === 'HEAD') expect(body).toBe('');
    else {
      expect(JSON.parse(body)).toMatchObject({ error: 'invalid_request', request_id: expect.any(String) });
      expect(body).toContain('Send POST: this endpoint takes no other method.');
    }
  });

  it('answers CONNECT and an unknown expectation too', async () => {
    const connect = await exchange(app.port, ['CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n']);
    expect(parseAnswer(connect).status).toBe(405);
    const expectation = 'GET /livez HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n';
    expect(parseAnswer(await exchange(app.port, [expectation])).status).toBe(200);
  });

  it('refuses a coded body with 415', async () => {
    const answer = await post('/token', 'a=b', { ...form, 'content-encoding': 'gzip' });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it.each(['', ' ', ',', 'identity', 'Identity, ,identity'])('reads a body of the coding %j', async (coding) => {
    expect((await post('/token', 'a=b', { ...form, 'content-encoding': coding })).status).toBe(200);
  });

  it.each(['gzip, identity', ',br', 'identity;q=1', 'x'])('refuses one of the coding %j', async (coding) => {
    expect((await post('/token', 'a=b', { ...form, 'content-encoding': coding })).status).toBe(415);
  });
});

describe('a document', () => {
  it('answers GET, and HEAD without the body', async () => {
    const get = await fetch(`${app.url}/.well-known/jwks.json`);
    const head = await fetch(`${app.url}/.well-known/jwks.json`, { method: 'HEAD' });
    expect(await get.text()).toBe('{"keys":[]}');
    expect(await head.text()).toBe('');
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  });

  it('refuses POST with 405 and names what it takes', async () => {
    const answer = await post('/.well-known/jwks.json', 'a=b');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await answer.text()).toContain('Send GET or HEAD: this endpoint takes no other method.');
  });
});

describe('a body beyond the limit', () => {
  const limit = 32 * 1024;

  it('is taken up to the limit', async () => {
    const answer = await post('/token', `a=${'x'.repeat(limit - 2)}`);
    expect(answer.status).toBe(200);
  });

  test.each([
    { body: 'one byte more', size: limit + 1 },
    { body: 'eight megabytes', size: 8 * 1024 * 1024 },
  ])('of $body gets 413 in JSON and the end of the connection', async ({ size }) => {
    const answer = await post('/token', Buffer.alloc(size, 'a'));
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('is refused on Content-Length, before any of it has come', async () => {
    const head = 'POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n';
    const answer = parseAnswer(await exchange(app.port, [head], /request_id/));
    expect(answer.status).toBe(413);
  });

  it('gets its answer although the client reads only after it has written everything', async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'a');
    const head = `POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
    expect(parseAnswer(await writeThenRead(app.port, head, body)).status).toBe(413);
  });

  it('is counted when it comes in chunks', async () => {
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    const head = 'POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = parseAnswer(await exchange(app.port, [head, chunk, chunk, chunk, '0\r\n\r\n']));
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('gets the answer of a route too', async () => {
    const answer = await post('/graphql', Buffer.alloc(4 * 1024 * 1024, 'a'), { 'content-type': 'application/json' });
    expect(answer.status).toBe(413);
  });

  it('sent to nowhere or with a wrong method still gets its answer', async () => {
    const answers = await Promise.all([
      post('/nowhere', Buffer.alloc(4 * 1024 * 1024)),
      fetch(`${app.url}/token`, { method: 'PUT', body: Buffer.alloc(4 * 1024 * 1024) }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 405]);
  });
});

describe('a body that nobody reads', () => {
  it('is not asked for, and ends the connection', async () => {
    const head = 'GET /object HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
    const answer = parseAnswer(await exchange(app.port, [head], /here/));
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  });
});

describe('a path where nothing is', () => {
  test.each(['/tokens', '/token/', '/TOKEN', '/%74oken', '//token', '/__proto__', '/.well-known/'])(
    '%s gets 404 in JSON',
    async (path) => {
      const answer = await fetch(app.url + path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        error: 'not_found',
        error_uri: expect.stringMatching(/\/errors#not_found$/),
        request_id: answer.headers.get('x-request-id'),
      });
    },
  );

  it('is counted as other', async () => {
    await fetch(`${app.url}/where-am-i`);
    expect(app.answers.at(-1)).toEqual({ label: 'other', status: 404 });
  });
});

describe('a route', () => {
  it('answers by its context and knows its request', async () => {
    const answer = await post('/graphql?a=b', '{}', { authorization: 'Bearer x' });
    expect(await answer.json()).toEqual({
      length: 2,
      requestId: answer.headers.get('x-request-id'),
      authorization: ['Bearer x'],
      query: 'a=b',
      remoteAddress: '127.0.0.1',
    });
  });

  it('refuses other methods with 405 and answers OPTIONS', async () => {
    const get = await fetch(`${app.url}/graphql`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const options = await fetch(`${app.url}/livez`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD']);
  });

  it('that finds the store away answers 503 with Retry-After', async () => {
    const answer = await fetch(`${app.url}/away`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('that fails answers 500 without a word of why or anything it had prepared, and logs where it was without the message', async () => {
    const answer = await fetch(`${app.url}/broken`);
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([500, null]);
    expect(JSON.parse(text)).toMatchObject({ error: 'server_error', request_id: answer.headers.get('x-request-id') });
    const entry = app.logged.find(({ event }) => event === 'request_failed');
    expect(entry).toMatchObject({
      level: 'error',
      fields: { requestId: answer.headers.get('x-request-id'), error: 'Error' },
    });
    expect(text + JSON.stringify(app.logged)).not.toContain('hunter2');
  });
});

describe('the log', () => {
  it('has one debug line for each request, by its id, with nothing that was sent', async () => {
    const answer = await fetch(`${app.url}/nowhere/hunter2?word=hunter2`, { method: 'DELETE' });
    const requestId = answer.headers.get('x-request-id');
    const lines = app.logged.filter(({ fields }) => fields['requestId'] === requestId);
    expect(lines).toEqual([
      {
        level: 'debug',
        event: 'request',
        fields: { requestId, method: 'DELETE', route: 'other', status: 404, durationMillis: expect.any(Number) },
      },
    ]);
  });

  it('says 499 of a client that has gone', async () => {
    const socket = connect(app.port, '127.0.0.1');
    await new Promise((resolve) => {
      socket.write('POST /token HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n', 'utf8');
      socket.once('data', resolve);
    });
    const before = app.answers.length;
    socket.destroy();
    while (app.answers.length === before) await new Promise((resolve) => setImmediate(resolve));
    expect(app.answers.at(-1)).toEqual({ label: '/token', status: 499 });
  });
});

it('tells an endpoint when the client has gone, and counts its answer as 499', async () => {
  let asked: EndpointRequest | undefined;
  let answer: (() => void) | undefined;
  const slow = (request: EndpointRequest): Promise<EndpointResponse> => {
    asked = request;
    return new Promise((resolve) => (answer = () => resolve({ status: 200, headers: {}, body: '{}' })));
  };
  const { port, answers } = await openApp({ endpoints: [{ ...echo, handle: slow }] });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b');
  while (answer === undefined) await turn();
  expect(asked?.isAwaited?.()).toBe(true);
  socket.destroy();
  while (asked?.isAwaited?.() === true) await turn();
  answer();
  while (answers.length === 0) await turn();
  expect(answers).toEqual([{ label: '/token', status: 499 }]);
});

describe('other origins', () => {
  const preflight = (path: string, origin: string) =>
    fetch(app.url + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  it("of a public client's redirect URIs may read what an endpoint for them says, refusals too", async () => {
    const answers = await Promise.all([
      post('/token', 'a=b', { ...form, origin: 'https://app.example' }),
      post('/token', 'a=b', { ...form, origin: 'https://app.example', 'content-encoding': 'br' }),
    ]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(headers.get('vary')).toBe('Origin');
      expect(headers.has('access-control-allow-credentials')).toBe(false);
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 415]);
  });

  it('of a public client may ask beforehand', async () => {
    const { status, headers } = await preflight('/token', 'https://app.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    expect(headers.get('access-control-allow-headers')).toContain('Content-Type');
  });

  test.each(['https://evil.example', 'null', 'https://app.example.evil.example'])('like %s may not', async (origin) => {
    const { status, headers } = await preflight('/token', origin);
    expect(status).toBe(204);
    expect(headers.get('vary')).toBe('Origin');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('may read documents, and nothing of what is for nobody', async () => {
    const read = await fetch(`${app.url}/.well-known/jwks.json`, { headers: { origin: 'https://evil.example' } });
    expect(read.headers.get('access-control-allow-origin')).toBe('*');
    const closed = await openApp({ endpoints: [{ ...echo, cors: 'nobody' }] });
    const answer = await fetch(`${closed.url}/token`, { method: 'POST', headers: { origin: 'https://app.example' } });
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    await closed.close();
  });
});

describe('an issuer with a path', () => {
  it('is served with and without it', async () => {
    const under = await openApp({ issuer: 'https://host.example/auth', endpoints: [echo, document], routes });
    const paths = [
      '/auth/.well-known/jwks.json',
      '/.well-known/jwks.json',
      '/auth/livez',
      '/livez',
      '/auth',
      '/auth/auth/livez',
    ];
    const answers = await Promise.all(paths.map((path) => fetch(under.url + path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 404]);
    await under.close();
  });
});

describe('behind a trusted proxy', () => {
  test.each([
    { forwarded: '203.0.113.7', seen: '203.0.113.7' },
    { forwarded: '198.51.100.1, 203.0.113.7', seen: '203.0.113.7' },
    { forwarded: '203.0.113.7, 10.1.2.3', seen: '203.0.113.7' },
    { forwarded: '203.0.113.7, ::ffff:10.1.2.3', seen: '203.0.113.7' },
    { forwarded: '203.0.113.7, ::ffff:11.1.2.3', seen: '::ffff:11.1.2.3' },
    { forwarded: '203.0.113.7, nonsense, 10.1.2.3', seen: '10.1.2.3' },
    { forwarded: '2001:db8::1', seen: '2001:db8::1' },
    { forwarded: '203.0.113.7:4711, 10.1.2.3:80', seen: '203.0.113.7' },
    { forwarded: '[2001:db8::1]:443', seen: '2001:db8::1' },
    { forwarded: '[2001:db8::1]', seen: '2001:db8::1' },
    { forwarded: '2001:DB8:0:0::0001', seen: '2001:db8::1' },
    { forwarded: '[203.0.113.7]:80', seen: '127.0.0.1' },
    { forwarded: '203.0.113.7:', seen: '127.0.0.1' },
    { forwarded: '', seen: '127.0.0.1' },
  ])('"$forwarded" means $seen', async ({ forwarded, seen }) => {
    const behind = await openApp({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    const answer = await fetch(`${behind.url}/token`, { method: 'POST', headers: { 'x-forwarded-for': forwarded } });
    expect(await answer.json()).toMatchObject({ remoteAddress: seen });
    await behind.close();
  });

  it('is what a server without a trusted proxy does not believe', async () => {
    const answer = await post('/token', 'a=b', { ...form, 'x-forwarded-for': '203.0.113.7' });
    expect(await answer.json()).toMatchObject({ remoteAddress: '127.0.0.1' });
  });
});
