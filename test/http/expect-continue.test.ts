import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it, test } from '@jest/globals';
import { openApp, type AppUnderTest } from './app-under-test.js';
import { exchange, parseAnswer } from './raw.js';

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

it('is not asked for when it is there already (RFC 9110 section 10.1.1)', async () => {
  const lines = 'Host: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 3';
  const text = await exchange(app.port, [`POST /token HTTP/1.1\r\n${lines}\r\n\r\na=b`]);
  expect(parseAnswer(text).status).toBe(200);
});
