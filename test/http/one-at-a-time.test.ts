import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, it } from '@jest/globals';
import { openListener, type Listener } from '../../src/http/listener.js';
import { newCertificate } from '../../src/start/new-certificate.js';
import { recordingLog } from '../support/recording-log.js';
import { exchange } from './raw.js';

const { log } = recordingLog();
let listener: Listener | undefined;
afterEach(() => listener?.stop(0));

const open = async (handler: RequestListener, speaksTls = false): Promise<number> => {
  const place = { host: '127.0.0.1', port: 0, issuerOf: () => 'https://issuer.example', log };
  const certificate = speaksTls ? { certificate: await newCertificate(Date.now()) } : {};
  listener = await openListener({ ...place, ...certificate }, handler);
  return listener.port;
};

const get = (path: string): string => `GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const many = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => get(`n${from + i}.`)).join('');
const answersIn = (text: string): readonly string[] => text.match(/\/[a-z][0-9a-z]*\./g) ?? [];
const paths = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `/n${index}.`);

it('a connection has one request at work, and its answers come in order', async () => {
  let atWork = 0;
  let most = 0;
  const port = await open((request, response) => {
    atWork += 1;
    most = Math.max(most, atWork);
    setImmediate(() => {
      atWork -= 1;
      response.end(request.url);
    });
  });
  expect(answersIn(await exchange(port, [many(30)], /\/n29\./))).toEqual(paths(30));
  expect(most).toBe(1);
});

it('a request of another connection does not wait for those behind the first one', async () => {
  const seen: string[] = [];
  const port = await open((request, response) => {
    seen.push(request.url ?? '');
    setImmediate(() => response.end(request.url));
  });
  await Promise.all([exchange(port, [many(30)], /\/n29\./), exchange(port, [get('other.')], /\/other\./)]);
  expect(seen.indexOf('/other.')).toBeLessThan(29);
});

it('nothing more is read of a connection while requests wait on it, and all of it afterwards', async () => {
  let held: { readonly response: ServerResponse; readonly socket: Socket } | undefined;
  const port = await open((request, response) => {
    if (request.url === '/n0.') held = { response, socket: request.socket };
    else response.end(request.url);
  });
  const first = many(2);
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  socket.write(first);
  while (held === undefined) await exchange(port, [get('other.')], /\/other\./);
  await new Promise((resolve) => socket.write(many(20, 2), resolve));
  for (let turn = 0; turn < 20; turn += 1) await exchange(port, [get('other.')], /\/other\./);
  expect(held.socket.bytesRead).toBe(first.length);
  held.response.end('/n0.');
  while (!received.includes('/n21.')) await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(answersIn(received)).toEqual(paths(22));
});

it('a request that waits gets the rest of its body once it has its turn', async () => {
  const port = await open((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => response.end(`/${body}.`));
  });
  const post = (body: string): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n${body}`;
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(post('aaaa') + post('bb'));
  let received = '';
  socket.on('data', (text: string) => (received += text));
  while (!received.includes('/aaaa.')) await new Promise((resolve) => socket.once('data', resolve));
  socket.write('cc');
  while (!received.includes('/bbcc.')) await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(answersIn(received)).toEqual(['/aaaa.', '/bbcc.']);
});

it.each(['http', 'https'])('a connection (%s) on which more requests have come than can wait ends', async (scheme) => {
  let begun = 0;
  const speaksTls = scheme === 'https';
  const port = await open((_, response) => {
    begun += 1;
    setImmediate(() => response.end());
  }, speaksTls);
  const socket = speaksTls ? connectTls({ port, rejectUnauthorized: false }) : connect(port);
  const ended = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  socket.resume().write(many(1000));
  await ended;
  expect(begun).toBeLessThanOrEqual(1);
});
