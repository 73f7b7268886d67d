import { Agent, request } from 'node:http';
import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  agent.destroy();
  server.kill('SIGKILL');
  server.reading.goOn();
  await server.ended;
  await folder.remove();
});

/** A refusal, which is a line of the log. */
const refusedAt = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const post = request({ agent, host: '127.0.0.1', port, path: '/token', method: 'POST', timeout: 20_000 });
    post.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)));
    post.on('timeout', () => post.destroy(new Error('There was no answer.'))).on('error', reject);
    post.end();
  });

it('answers while nobody reads its log, and says how much is missing once somebody does', async () => {
  server = await startProcess(folder.path, { TALLYGATE_TLS: 'off', TALLYGATE_LOG_LEVEL: 'debug' });
  const port = Number((await server.logged('ready'))['port']);
  server.reading.stop();
  for (let round = 0; round < 50; round += 1) {
    const statuses = await Promise.all(Array.from({ length: 100 }, () => refusedAt(port)));
    expect(new Set(statuses)).toEqual(new Set([401]));
  }
  server.reading.goOn();
  const { level, lines } = await server.logged('log_lines_lost');
  expect(level).toBe('warn');
  const told = server.output().match(/"event":"(?:request|token_refused)"/g) ?? [];
  expect(told.length + Number(lines)).toBe(10_000);
});
