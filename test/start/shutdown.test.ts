import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let port: number;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await folder.remove();
});

const credentials = 'deploy:secret-of-the-deployment';
const basic = Buffer.from(credentials).toString('base64');

const start = async (environment: Record<string, string> = {}): Promise<void> => {
  server = await startProcess(folder.path, {
    TALLYGATE_TLS: 'off',
    TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy',
    TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'secret-of-the-deployment',
    ...environment,
  });
  port = Number((await server.logged('ready'))['port']);
};

const form = 'grant_type=client_credentials&scope=statistics:read';
const tokenRequest = [
  'POST /token HTTP/1.1',
  'Host: localhost',
  `Authorization: Basic ${basic}`,
  'Content-Type: application/x-www-form-urlencoded',
  `Content-Length: ${form.length}`,
  '',
  '',
].join('\r\n');

/** A connection, and the answers on it one after the other. */
const openConnection = async (): Promise<{ readonly socket: Socket; readonly next: () => Promise<string> }> => {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await new Promise((resolve) => socket.once('connect', resolve));
  let received = '';
  socket.on('data', (text: string) => (received += text));
  const next = async (): Promise<string> => {
    for (;;) {
      const [head = '', ...rest] = received.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Infinity);
      const body = rest.join('\r\n\r\n');
      if (body.length >= length) {
        received = body.slice(length);
        return `${head}\r\n\r\n${body.slice(0, length)}`;
      }
      await new Promise((resolve) => socket.once('data', resolve));
    }
  };
  return { socket, next };
};

const listenerIsClosed = async (): Promise<void> => {
  const isRefused = (): Promise<boolean> =>
    ask(`http://127.0.0.1:${port}/livez`).then(
      () => false,
      (error: unknown) => String(error).includes('ECONNREFUSED'),
    );
  while (!(await isRefused())) await pause(5);
};

it('falls out of readiness first and goes on answering through the drain delay', async () => {
  await start({ TALLYGATE_DRAIN_DELAY: '2' });
  const url = `http://127.0.0.1:${port}`;
  expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200 });
  server.kill('SIGTERM');
  while ((await ask(`${url}/readyz`)).status === 200) await pause(5);
  expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(await ask(`${url}/livez`)).toMatchObject({ status: 200 });
  expect(await askForToken(url, credentials, form)).toMatchObject({ status: 200 });
  expect(await server.ended).toBe(0);
});

it('answers on a connection that was idle when the listener closed, and says that it is the last answer', async () => {
  await start();
  const { socket, next } = await openConnection();
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await next()).toMatch(/^HTTP\/1.1 200 OK\r\n(?!.*connection: close)/is);
  server.kill('SIGTERM');
  await listenerIsClosed();
  socket.write(tokenRequest + form);
  const answer = await next();
  expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  expect(answer).toMatch(/connection: close/i);
  expect(answer).toContain('"access_token"');
  expect(await server.ended).toBe(0);
});

it('finishes a request whose body was still coming', async () => {
  await start();
  const { socket, next } = await openConnection();
  socket.write(tokenRequest + form.slice(0, 10));
  server.kill('SIGTERM');
  await listenerIsClosed();
  socket.write(form.slice(10));
  expect(await next()).toMatch(/^HTTP\/1.1 200 OK/);
  expect(await server.ended).toBe(0);
});

it('ends at its deadline although a request never ends', async () => {
  await start({ TALLYGATE_SHUTDOWN_TIMEOUT: '1' });
  const { socket } = await openConnection();
  socket.on('error', () => undefined).write(tokenRequest);
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

it('waits no longer than for idle ones for connections on which nothing was ever said', async () => {
  await start({ TALLYGATE_TLS: 'dev', TALLYGATE_SHUTDOWN_TIMEOUT: '60' });
  const secure = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  secure.on('error', () => undefined);
  await new Promise((resolve) => secure.once('secureConnect', resolve));
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

it('ends at a second signal, which is one that does not follow the first at once', async () => {
  await start({ TALLYGATE_DRAIN_DELAY: '600' });
  const again = setInterval(() => server.kill('SIGTERM'), 20);
  const status = await server.ended;
  clearInterval(again);
  expect(status).toBe(1);
});

it('takes signals that arrive together for one', async () => {
  await start();
  server.kill('SIGINT');
  await server.logged('stopping');
  server.kill('SIGINT');
  expect(await server.ended).toBe(0);
});

/** Stands before the program: a signal comes while the code runs that makes a server of it, just behind the opening of the last listener. */
const signalAtTheListener = `
  import { Server } from 'node:net';
  const { emit } = Server.prototype;
  let opened = 0;
  Server.prototype.emit = function (name, ...rest) {
    if (name === 'listening' && (opened += 1) === 2) process.kill(process.pid, 'SIGTERM');
    return emit.call(this, name, ...rest);
  };`;

it('hears a signal that comes at the moment in which it becomes a server', async () => {
  server = await startProcess(folder.path, {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(signalAtTheListener)}`,
  });
  expect(await server.ended).toBe(0);
  expect(server.output()).toContain('"event":"stopped"');
});

it('ends quietly when it is told to stop before it listens', async () => {
  server = await startProcess(folder.path);
  while (!existsSync(join(folder.path, '.tallygate'))) await pause(1); // its certificate is next, and takes a while
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.output()).toBe('');
});

it('loses no request of clients that keep their connections', async () => {
  await start({ TALLYGATE_DRAIN_DELAY: '1' });
  const counts = { answered: 0, lost: [] as string[] };
  const clients = Array.from({ length: 20 }, () => keepAsking(counts));
  while (counts.answered < 200) await pause(5);
  server.kill('SIGTERM');
  await Promise.all(clients);
  expect(await server.ended).toBe(0);
  expect(counts.lost).toEqual([]);
});

/** Asks until it is told that this was the last answer on its connection. */
const keepAsking = async (counts: { answered: number; lost: string[] }): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let isLast = false; !isLast;) {
    isLast = await new Promise<boolean>((resolve) => {
      const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' };
      const request = httpRequest({ port, path: '/token', method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) counts.answered += 1;
          else counts.lost.push(String(response.statusCode));
          resolve(response.headers.connection === 'close');
        });
      });
      request.on('error', (error) => {
        counts.lost.push(error.message);
        resolve(true);
      });
      request.end(form);
    });
  }
  agent.destroy();
};

it('opens no debugger at SIGUSR1, and goes on', async () => {
  await start();
  const standing = await openConnection();
  server.kill('SIGUSR1');
  for (let request = 0; request < 3; request += 1) {
    standing.socket.write(tokenRequest + form);
    expect(await standing.next()).toContain('HTTP/1.1 200 OK');
  }
  standing.socket.destroy();
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.output()).not.toMatch(/debugger|inspector/i);
});
