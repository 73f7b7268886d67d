import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { closeAtTheEnd } from '../support/left-open.js';
import { openApp, type AppUnderTest, type TestRoute } from './app-under-test.js';
import { exchange, expectRefusal, parseAnswer } from './raw.js';

let tellUnread: (seconds: number) => void;
const unread = new Promise<number>((resolve) => (tellUnread = resolve));

/** Tells how long it was asked for more. */
function* endless(): Generator<string> {
  const start = performance.now();
  try {
    for (;;) yield 'a'.repeat(65_536);
  } finally {
    tellUnread((performance.now() - start) / 1000);
  }
}

const routes: readonly TestRoute[] = [
  { path: '/endless', methods: { GET: (context) => Promise.resolve(void (context.body = Readable.from(endless()))) } },
  { path: '/long', methods: { GET: async (context) => void (context.body = await pause(35_000, 'is here')) } },
  { path: '/object', methods: { GET: (context) => Promise.resolve(void (context.body = { is: 'here' })) } },
  { path: '/stream', methods: { GET: (context) => Promise.resolve(void (context.body = Readable.from(['is here']))) } },
];

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp({ routes });
});
afterAll(() => app.close());

const head = 'POST /token HTTP/1.1\r\nHost: a\r\n';

/** The answer to bytes that are not a whole request, and the seconds until it came. */
const outcomeOf = async (bytes: string) => {
  const start = performance.now();
  const answer = parseAnswer(await exchange(app.port, [bytes]));
  return { answer, seconds: (performance.now() - start) / 1000 };
};

it('tells slow clients 408 after 10 seconds of headers or 15 of a body, and answers others meanwhile', async () => {
  const slowHeaders = Array.from({ length: 1000 }, () => outcomeOf(head));
  const slowBody = outcomeOf(`${head}Content-Length: 10\r\n\r\na=b`);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => fetch(`${app.url}/token`, { method: 'POST', body: 'a=b' })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);

  const body = await slowBody;
  expectRefusal(body.answer, 408);
  expect(body.seconds).toBeGreaterThan(14);
  const headers = await Promise.all(slowHeaders);
  expect(headers.every(({ answer }) => answer.status === 408)).toBe(true);
  expect(Math.min(...headers.map(({ seconds }) => seconds))).toBeGreaterThan(9);
  expect(Math.min(...headers.map(({ seconds }) => seconds))).toBeLessThan(body.seconds);
});

it.each(['/object', '/stream', '/nowhere', '/.well-known/jwks.json'])(
  'gives the one answer of %s to a body that is neither read nor sent to its end, and closes',
  async (path) => {
    const { answer, seconds } = await outcomeOf(`GET ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab`);
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.body).not.toMatch(/HTTP|^$/);
    expect(seconds).toBeLessThan(5);
  },
  20_000,
);

it.each([
  { what: 'headers', head: `${head}X-Long: ${'a'.repeat(9000)}\r\n\r\n` },
  { what: 'a URL', head: `GET /object?${'a=b&'.repeat(2500)} HTTP/1.1\r\nHost: a\r\n\r\n` },
])('refuses $what beyond 8 KiB with 431, and names both', async ({ head: long }) => {
  const answer = parseAnswer(await exchange(app.port, [long]));
  expectRefusal(answer, 431);
  expect(answer.body).toContain('The URL and the headers are longer than 8 KiB together.');
});

it('cuts off a client that takes nothing of its answer for half a minute, and none that waits as long for one', async () => {
  const client = connect(app.port, '127.0.0.1')
    .pause()
    .on('error', () => undefined);
  closeAtTheEnd(() => client.destroy());
  client.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n');
  const patient = exchange(app.port, ['GET /long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']);
  expect(await unread).toBeGreaterThan(29);
  expect(parseAnswer(await patient)).toMatchObject({ status: 200, body: 'is here' });
}, 90_000);
