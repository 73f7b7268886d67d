import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openListener, type Listener } from '../../src/http/listener.js';
import { newCertificate } from '../../src/start/new-certificate.js';
import { recordingLog } from '../support/recording-log.js';
import { ask } from '../support/server-process.js';
import { exchange, expectRefusal, parseAnswer } from './raw.js';

const { log, logged } = recordingLog();
let listener: Listener | undefined;
afterEach(() => listener?.stop(0));

const open = async (handler: RequestListener, speaksTls: boolean): Promise<Listener> => {
  const place = { host: '127.0.0.1', port: 0, issuerOf: () => 'https://issuer.example', log };
  const certificate = speaksTls ? { certificate: await newCertificate(Date.now()) } : {};
  listener = await openListener({ ...place, ...certificate }, handler);
  return listener;
};

const hello: RequestListener = (_, response) => {
  setImmediate(() => response.end('hello'));
};
const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a listener with TLS', () => {
  it.each([
    { request: 'GET', bytes: [get] },
    {
      request: 'POST with a long body',
      bytes: [`POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n${'a'.repeat(60_000)}`],
    },
    { request: 'half a GET', bytes: ['GET / HTTP/1.1'] },
  ])('answers a plain $request in clear text and says what to use', async ({ bytes }) => {
    const { port } = await open(hello, true);
    const answer = parseAnswer(await exchange(port, bytes));
    expectRefusal(answer, 400);
    expect(answer.body).toContain('This port speaks TLS: begin the URL with https://.');
  });

  it.each([
    { client: 'names HTTP/1.0', offered: ['http/1.0'], agreed: 'http/1.0' },
    { client: 'names HTTP/2 first', offered: ['h2', 'http/1.1'], agreed: 'http/1.1' },
    { client: 'names nothing', offered: [], agreed: false },
  ])('answers HTTP/1.0 to a client that $client in its handshake', async ({ offered, agreed }) => {
    const { port } = await open(hello, true);
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: offered });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.alpnProtocol).toBe(agreed);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const chunks: Buffer[] = await socket.toArray();
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 200[^]*hello$/);
  });

  it('gives each of many connections its own answer', async () => {
    const { port } = await open(hello, true);
    const secure = Array.from({ length: 32 }, () => ask(`https://127.0.0.1:${port}/`));
    const plain = Array.from({ length: 64 }, () => exchange(port, [get]));
    expect((await Promise.all(secure)).map(({ text }) => text)).toEqual(Array(32).fill('hello'));
    const ids = (await Promise.all(plain)).map((text) => parseAnswer(text).headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(64);
  });

  it('closes with the idle ones a connection on which nothing was said', async () => {
    const opened = await open(hello, true);
    const silent = connectTls({ port: opened.port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => silent.once('secureConnect', resolve));
    const closed = new Promise((resolve) => silent.on('error', () => undefined).once('close', resolve));
    await Promise.all([opened.stop(60_000), closed]);
  }, 30_000);
});

describe('what is no request', () => {
  it('is told to the log with the id of its answer', async () => {
    const { port } = await open(hello, false);
    const answer = parseAnswer(await exchange(port, ['no request\r\n\r\n']));
    const fields = { requestId: answer.headers.get('x-request-id'), status: 400 };
    expect(logged.at(-1)).toEqual({ level: 'debug', event: 'connection_refused', fields });
  });

  it('is refused behind the answers to the requests before it, once', async () => {
    const { port } = await open(hello, false);
    const text = await exchange(port, [get + get, 'no request\r\n\r\n', 'no request\r\n\r\n']);
    expect(text.match(/HTTP\/1\.1 \d+|hello/g)).toEqual([
      'HTTP/1.1 200',
      'hello',
      'HTTP/1.1 200',
      'hello',
      'HTTP/1.1 400',
    ]);
  });

  it('is never answered in the middle of an answer to the request that it is part of', async () => {
    const { port } = await open(
      (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('half'),
      false,
    );
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    let text = '';
    await new Promise((resolve) => {
      socket.on('error', () => undefined).once('close', resolve);
      socket.on('data', (more: string) => {
        text += more;
        if (text.endsWith('half')) socket.write('no chunk\r\n');
      });
    });
    expect(text).toMatch(/\r\n\r\nhalf$/);
  });
});
