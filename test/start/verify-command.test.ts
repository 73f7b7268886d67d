import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { buildMillis, builtProgram } from '../support/built.js';
import { askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess | undefined;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await server?.ended;
  await folder.remove();
});

const databaseFile = () => join(folder.path, '.tallygate', 'tallygate.db');

/** What the first start wrote for people to load. */
const quickstart = (name: string): string => {
  const text = readFileSync(join(folder.path, '.tallygate', 'quickstart.env'), 'utf8');
  return new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1] ?? '';
};

/** A server whose sample user has registered. */
const serveOneUser = async (): Promise<ServerProcess> => {
  const started = await startProcess(folder.path, { TALLYGATE_TLS: 'off' });
  const { issuer } = await started.logged('ready');
  const form = `grant_type=password&username=${quickstart('TG_USERNAME')}&password=${quickstart('TG_PASSWORD')}`;
  const answer = await askForToken(issuer, `${quickstart('TG_KEY')}:${quickstart('TG_SECRET')}`, form);
  expect(answer.status).toBe(200);
  return started;
};

const verify = async (argv: readonly string[] = []) => {
  const command = await startProcess(folder.path, {}, ['verify-statistics', ...argv]);
  return { status: await command.ended, output: command.output() };
};

it('recounts beside a running server, after it has stopped, and after it was killed', async () => {
  const agreed = { status: 0, output: expect.stringMatching(/counted: 1\nDifferences: +0\n$/) };
  server = await serveOneUser();
  expect(await verify()).toEqual(agreed);
  server.kill('SIGKILL');
  await server.ended;
  expect(await verify()).toEqual(agreed);
  server = await startProcess(folder.path, { TALLYGATE_TLS: 'off' });
  await server.logged('ready');
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(await verify()).toEqual(agreed);
}, 60_000);

it('ends with 1 and a table where something differs, and changes nothing', async () => {
  server = await serveOneUser();
  server.kill('SIGTERM');
  await server.ended;
  const database = new DatabaseSync(databaseFile());
  database.exec('DELETE FROM registration_figures');
  database.close();
  for (let time = 0; time < 2; time += 1) {
    const { status, output } = await verify();
    expect(status).toBe(1);
    expect(output).toMatch(/^app_\S+ +whole +kept \d{4}-\d\d-\d\d +0 +1$/m);
  }
}, 60_000);

it('makes no store where there is none, and takes the settings of the server', async () => {
  expect(await verify()).toMatchObject({ status: 78, output: expect.stringContaining('cannot be opened') });
  expect(await verify(['--databse-url', 'file:x'])).toMatchObject({
    status: 78,
    output: expect.stringContaining('--database-url'),
  });
  const away = await verify(['--database-url', 'mongodb://127.0.0.1:1/tallygate']);
  expect(away).toEqual({ status: 75, output: expect.stringContaining('try again') });
}, 60_000);
