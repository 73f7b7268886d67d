import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openApp, type AppUnderTest } from './app-under-test.js';
import { exchange, expectRefusal, parseAnswer } from './raw.js';

const head = 'POST /token HTTP/1.1\r\nHost: localhost\r\n';

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

test.each([
  {
    request: 'Content-Length and Transfer-Encoding',
    bytes: `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  {
    request: 'Transfer-Encoding and Content-Length',
    bytes: `${head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
  },
  { request: 'two Content-Length', bytes: `${head}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b` },
  { request: 'two different Content-Length', bytes: `${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b` },
  { request: 'a negative Content-Length', bytes: `${head}Content-Length: -3\r\n\r\n` },
  { request: 'a Content-Length with a plus', bytes: `${head}Content-Length: +3\r\n\r\na=b` },
  { request: 'a bare LF in the header section', bytes: 'POST /token HTTP/1.1\nHost: localhost\n\n' },
  { request: 'a bare LF after one header', bytes: `${head}X-A: b\nX-B: c\r\n\r\n` },
  { request: 'an unknown transfer coding', bytes: `${head}Transfer-Encoding: xchunked\r\n\r\n` },
  {
    request: 'chunked that is not the last coding',
    bytes: `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  },
  { request: 'a chunk size that is none', bytes: `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n` },
  { request: 'white space before the colon', bytes: `${head}Content-Length : 3\r\n\r\na=b` },
  { request: 'a folded header', bytes: `${head}X-A: b\r\n c\r\nX-B : d\r\n\r\n` },
  { request: 'NUL in a header', bytes: `${head}X-A: a\0b\r\n\r\n` },
  {
    request: 'a transfer coding before chunked',
    bytes: `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  },
  {
    request: 'a transfer coding in a line of its own',
    bytes: `${head}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  { request: 'chunked twice', bytes: `${head}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n` },
  {
    request: 'chunks in HTTP/1.0',
    bytes: 'POST /token HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  {
    request: 'chunks in HTTP/1.0 with a bad Host',
    bytes: 'POST /token HTTP/1.0\r\nHost: a b\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  { request: 'no Host', bytes: 'POST /token HTTP/1.1\r\nConnection: close\r\n\r\n' },
  { request: 'no Host at a path where nothing is', bytes: 'GET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n' },
  { request: 'two Host', bytes: `${head}Host: localhost\r\nConnection: close\r\n\r\n` },
  {
    request: 'two Host in HTTP/1.0',
    bytes: 'POST /token HTTP/1.0\r\nHost: localhost\r\nHost: other\r\n\r\n',
  },
  ...['a b', 'a/b', 'a,\tb', 'a:80x', 'a:80:81', '%zz', '[::1', '[::1]x', '[v1]', '[1:2]', 'a"b', 'ä'].map((host) => ({
    request: `the Host ${JSON.stringify(host)}`,
    bytes: `POST /token HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  })),
  { request: 'an unknown method', bytes: 'BREW /token HTTP/1.1\r\nHost: localhost\r\n\r\n' },
  { request: 'TLS to a plain listener', bytes: Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]) },
  { request: 'nothing like HTTP', bytes: 'hello\r\n\r\n' },
])('answers $request with 400 in JSON and closes', async ({ bytes }) => {
  const answer = parseAnswer(await exchange(app.port, [bytes]));
  expectRefusal(answer, 400);
  expect(answer.headers.get('connection')).toBe('close');
});

test('answers CONNECT with 405 in JSON and closes', async () => {
  const answer = parseAnswer(await exchange(app.port, ['CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n']));
  expectRefusal(answer, 405);
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
});

test.each([
  'localhost',
  'a.example:8243',
  '127.0.0.1:1',
  '[::1]',
  '[::ffff:127.0.0.1]:8243',
  'xn--mnchen-3ya',
  'a%20b',
  '',
  'a:',
])('takes the Host "%s"', async (host) => {
  const bytes = `POST /token HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  expect(parseAnswer(await exchange(app.port, [bytes])).status).toBe(200);
});

test('takes chunks whatever the case of their name', async () => {
  const bytes = `${head}Connection: close\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`;
  expect(parseAnswer(await exchange(app.port, [bytes])).status).toBe(200);
});
