import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';
import { caseCount, mutated, randomOf, seed } from './random.js';

let server: TestServer;
let requests: readonly [string, ...string[]];
beforeAll(async () => {
  server = await startTestServer();
  const { key, secret } = server.sample;
  const { body } = await server.token({ grant_type: 'client_credentials' });
  const basic = `Authorization: Basic ${btoa(`${key}:${secret}`)}`;
  const post = (path: string, headers: readonly string[], form: string): string =>
    [`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers, `Content-Length: ${form.length}`, '', form].join('\r\n');
  const form = 'Content-Type: application/x-www-form-urlencoded';
  requests = [
    post('/token', [basic, form], 'grant_type=client_credentials&scope=test'),
    post('/token?tenant=1', [form], `grant_type=client_credentials&client_id=${key}&client_secret=${secret}`),
    post('/introspect', [basic, form], `token=${String(body.access_token)}`),
    post('/revoke', [basic, form, 'Origin: https://app.example'], 'token=unknown'),
    `POST /token HTTP/1.1\r\nHost: localhost\r\n${basic}\r\n${form}\r\nTransfer-Encoding: chunked\r\n\r\n1d\r\ngrant_type=client_credentials\r\n0\r\n\r\n`,
    post(
      '/graphql',
      [`Authorization: Bearer ${String(body.access_token)}`, 'Content-Type: application/json'],
      '{"query":"{ viewer { subject } }"}',
    ),
    'GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: "x"\r\n\r\n',
    'OPTIONS /token HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\r\n',
  ];
});
afterAll(() => server.close());

/** So long a request that may be incomplete is left open before its sender ends it. */
const openMillis = 200;
const patienceMillis = 25_000;

interface Heard {
  readonly text: string;
  readonly endedByUs: boolean;
}

/** What comes back for some bytes, up to the first answer. */
const heardFor = (bytes: Buffer): Promise<Heard> =>
  new Promise((resolve, reject) => {
    let text = '';
    let endedByUs = false;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(bytes));
    const end = setTimeout(() => {
      endedByUs = true;
      socket.end();
    }, openMillis);
    const patience = setTimeout(() => reject(new Error(`No end: ${bytes.toString('latin1')}`)), patienceMillis);
    const finish = (): void => {
      clearTimeout(end);
      clearTimeout(patience);
      socket.destroy();
      resolve({ text, endedByUs });
    };
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      if (/\r\n\r\n/.test(text)) finish();
    });
    socket.on('close', finish).on('error', finish);
  });

const count = Math.ceil(caseCount / 200);

it(`answers ${count} requests with changed bytes (seed ${seed}) or closes: never 5xx, never a hang`, async () => {
  for (let next = 0; next < count; next += 25) {
    const cases = Array.from({ length: Math.min(25, count - next) }, (_, index) => {
      const random = randomOf(seed + (next + index) * 104_729);
      return Buffer.from(mutated(random.pick(requests), random, requests), 'latin1');
    });
    const heard = await Promise.all(cases.map(heardFor));
    for (const [index, { text, endedByUs }] of heard.entries()) {
      const shown = JSON.stringify([cases[index]?.toString('latin1'), text]);
      if (text === '') expect({ shown, endedByUs }).toEqual({ shown, endedByUs: true });
      else expect([shown, text.slice(0, 10)]).toEqual([shown, expect.stringMatching(/^HTTP\/1\.1 [234]/)]);
    }
  }
  expect(server.logged.filter(({ level }) => level === 'error')).toEqual([]);
  expect(await server.token('grant_type=client_credentials')).toMatchObject({ status: 200 });
}, 1_800_000);
