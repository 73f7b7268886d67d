import { connect } from 'node:net';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, type ShownRule } from '../support/rfc-table.js';
import type { Ask, TestAnswer } from '../support/server.js';
import {
  expectPostOnly,
  expectQuietLog,
  expectRefusal,
  expectToken,
  expectUnkept,
  startRfcServer,
  type RfcClient,
  type RfcServer,
  type RfcUser,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let user: RfcUser;
let slowHead: Promise<Slow>;
let slowBody: Promise<Slow>;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  user = await server.user();
  slowHead = slow('POST /token HTTP/1.1\r\nHost: localhost\r\nX-A: ');
  slowBody = slow(`${rawHead(`${basic()}Content-Length: ${good.length}\r\n`)}grant_type=`);
});
afterAll(() => server.close());

interface Slow {
  readonly text: string;
  readonly seconds: number;
}

/** Sends a beginning and nothing more, until the server has had enough. */
const slow = (beginning: string): Promise<Slow> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    let text = '';
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(beginning));
    socket.setEncoding('utf8').on('data', (more: string) => (text += more));
    socket.on('error', reject).on('end', () => socket.end());
    socket.on('close', () => resolve({ text, seconds: (performance.now() - start) / 1000 }));
  });

const good = 'grant_type=client_credentials';
const form = 'application/x-www-form-urlencoded';
const rawHead = (more: string): string =>
  `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\nConnection: close\r\n${more}\r\n`;
const expectRawRefusal = async (status: number, ...bytes: readonly string[]): Promise<void> => {
  const answer = await server.raw(...bytes);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/json']);
  expect([answer.headers.get('cache-control'), answer.headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
  expect(answer.headers.get('connection')).toBe('close');
  expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
};
const basic = (): string => `Authorization: Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}\r\n`;
const appendixB = ' %&+£€';
const asSent = '+%25%26%2B%C2%A3%E2%82%AC';

rfcRows(6749, [
  {
    ...must('§3.2', 1),
    behaviour: 'the token endpoint takes POST alone: 405 and Allow for other methods, and no body for HEAD',
    shows: () => expectPostOnly(server, '/token'),
  },
  {
    ...ours('§3.2', 2),
    behaviour: 'HEAD is refused like GET, with the same headers, at every path of the token endpoint',
    shows: () => expectPostOnly(server, '/oauth2/token'),
  },
  {
    ...must('App. B', 5),
    behaviour: 'the example of the appendix round-trips in a password',
    shows: async () => {
      const strange = await server.user(undefined, `${appendixB} and more`);
      const login = `grant_type=password&username=${strange.username}&password=`;
      expectToken(await server.post('/token', `${login}${asSent}+and+more`, client.ask));
      expectRefusal(await server.post('/token', `${login}${asSent}and+more`, client.ask), 400, 'invalid_grant');
    },
  },
  {
    ...must('App. B', 5),
    behaviour: 'what a user name can hold of the example round-trips in it',
    shows: async () => {
      const { password } = await server.user('x%&+é');
      const login = (username: string): Promise<TestAnswer> =>
        server.post(
          '/token',
          `grant_type=password&username=${username}&password=${encodeURIComponent(password)}`,
          client.ask,
        );
      expectToken(await login('x%25%26%2B%C3%A9'));
      expectRefusal(await login('x%25%26+%C3%A9'), 400, 'invalid_grant');
    },
  },
  {
    ...must('App. B', 5),
    behaviour: 'the example of the appendix is read in a parameter that nobody knows',
    shows: async () => expectToken(await server.post('/token', `${good}&${asSent}=${asSent}`, client.ask)),
  },
  {
    ...ours('§3.2', 6),
    behaviour: 'a long body is refused on its Content-Length, before it has come',
    shows: () => expectRawRefusal(413, rawHead(`${basic()}Content-Length: 32769\r\n`)),
  },
  {
    ...ours('§3.2', 6),
    behaviour: 'a long body is counted in chunks too',
    shows: () =>
      expectRawRefusal(
        413,
        rawHead(`${basic()}Transfer-Encoding: chunked\r\n`),
        `8001\r\n${'a'.repeat(0x8001)}\r\n0\r\n\r\n`,
      ),
  },
  ...[
    ['Content-Length beside Transfer-Encoding', 'Content-Length: 29\r\nTransfer-Encoding: chunked\r\n'],
    ['a second Content-Length', 'Content-Length: 29\r\nContent-Length: 29\r\n'],
    ['a bare LF in the head', 'Content-Length: 29\r\nX-A: b\n'],
  ].map(([what = '', headers = '']): ShownRule => ({
    ...ours('§3.2', 7),
    behaviour: `${what} is refused, and the connection closed`,
    shows: () => expectRawRefusal(400, rawHead(basic() + headers), good),
  })),
  {
    ...ours('§3.2', 19),
    behaviour: 'two Authorization headers are refused, even when they are equal',
    shows: async () => {
      const bytes = rawHead(`${basic()}${basic()}Content-Length: ${good.length}\r\n`) + good;
      const answer = await server.raw(bytes);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({
        error: 'invalid_request',
        request_id: answer.headers.get('x-request-id'),
      });
    },
  },
  {
    ...must('§5.1', 14),
    behaviour: 'an answer is flat JSON, expires_in a number',
    shows: async () => {
      const { body } = await server.grant(client);
      expect(Object.values(body).filter((value) => typeof value === 'object')).toEqual([]);
      expect(Number.isInteger(body.expires_in)).toBe(true);
    },
  },
  {
    ...must('§5.1', 15),
    behaviour: 'tokens are answered with Cache-Control: no-store and Pragma: no-cache',
    shows: async () => expectUnkept(await server.login(client, user)),
  },
  {
    ...must('§5.2', 16),
    behaviour: 'error and error_description keep to their characters and echo nothing, whatever the parameters hold',
    shows: async () => {
      const odd = ['"', '\\', 'é', '\r\n', '\0', '😀', '<script>', '\u2028', '\x7f'];
      const names = [
        'grant_type',
        'scope',
        'username',
        'password',
        'refresh_token',
        'client_id',
        'client_secret',
        'validity_period',
        'resource',
        'token',
        'x',
      ];
      for (const name of names) {
        for (const value of odd.map((text) => `echo${text}echo`)) {
          for (const path of ['/token', '/revoke', '/introspect']) {
            const answer = await server.post(path, { grant_type: 'password', [name]: value }, { basic: false });
            expect(answer.status).toBeGreaterThanOrEqual(400);
            expectRefusal(answer, answer.status, answer.body.error);
            expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('echo');
          }
        }
      }
    },
  },
  {
    ...ours('§5.1', 18),
    behaviour: 'no request gets 5xx, and none 200 without a token',
    shows: async () => {
      const pieces = [
        '',
        'grant_type',
        '=',
        '&',
        good,
        '%',
        '%00',
        '+',
        'scope=\u{1F600}',
        'refresh_token=tgr_a.0.b.c',
        'username=a',
        '\r\n',
        '[]',
        '{"a":1}',
      ];
      const asks: readonly Ask[] = [client.ask, { basic: false }, { basic: ':' }, { basic: `${client.clientId}:` }];
      for (const first of pieces) {
        for (const second of pieces) {
          for (const ask of asks) {
            const answer = await server.post('/token', `${first}${second}`, ask);
            if (answer.status === 200) expectToken(answer);
            else expectRefusal(answer, [400, 401].includes(answer.status) ? answer.status : 0, answer.body?.error);
          }
        }
      }
    },
  },
  {
    ...must('§5.1', 15),
    behaviour: 'a refusal because the store is away is 503 with Retry-After, and kept by nobody either',
    shows: async () => {
      server.failNext('tokens.open');
      const answer = await server.login(client, user);
      expectRefusal(answer, 503, 'temporarily_unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
      expectToken(await server.login(client, user));
    },
  },
  {
    ...ours('§3.2', 20),
    behaviour: 'a head of more than 8 KiB is refused with 431',
    shows: () => expectRawRefusal(431, rawHead(`X-A: ${'a'.repeat(8 * 1024)}\r\n`)),
  },
  {
    ...ours('§3.2', 20),
    behaviour: 'a head that is not there after 10 seconds is refused with 408',
    shows: async () => {
      const { text, seconds } = await slowHead;
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(seconds).toBeGreaterThan(9);
      expect(seconds).toBeLessThan(14);
    },
  },
  {
    ...ours('§3.2', 20),
    behaviour: 'a body that is not there after 15 seconds is refused with 408',
    shows: async () => {
      const { text, seconds } = await slowBody;
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(seconds).toBeGreaterThan(14);
      expect(seconds).toBeLessThan(20);
    },
  },
  {
    ...must('§10.3', 100),
    behaviour: 'nothing secret that went over the wire is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
