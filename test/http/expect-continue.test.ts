import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openApp, type AppUnderTest } from './app-under-test.js';
import { exchange } from './raw.js';

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

test.each([
  { body: 'too long', length: 10_000_000, answers: [413] },
  { body: 'short', length: 3, answers: [100, 200] },
])('a body is asked for only if it will be read: $body', async ({ length, answers }) => {
  const statuses: (number | undefined)[] = [];
  const headers = { expect: '100-continue', 'content-length': length };
  const asked = request({ port: app.port, path: '/token', method: 'POST', headers });
  asked.on('continue', () => {
    statuses.push(100);
    asked.end('a=b');
  });
  asked.flushHeaders();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  asked.destroy();
  expect([...statuses, answer.statusCode]).toEqual(answers);
});

test.each([
  { body: 'a body', length: 3, sent: 'a=b' },
  { body: 'a body of no length', length: 0, sent: '' },
])('$body that is there already leaves the connection to the next request', async ({ length, sent }) => {
  const head = `POST /token HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  const next = 'POST /token?next HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nc=d';
  const text = await exchange(app.port, [head + sent + next]);
  expect([...text.matchAll(/"query":"(\w*)"/g)].map(([, query]) => query)).toEqual(['', 'next']);
  expect([...text.matchAll(/"body":"([^"]*)"/g)].map(([, body]) => body)).toEqual([sent, 'c=d']);
});
