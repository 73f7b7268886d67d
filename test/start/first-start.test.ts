import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { Secret } from '../../src/model/secret.js';
import { welcomeBackText, welcomeText } from '../../src/start/welcome.js';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: ServerProcess[];
beforeEach(async () => {
  folder = await temporaryFolder();
  running = [];
});
afterEach(async () => {
  for (const server of running) server.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  await folder.remove();
});

const start = async (environment: Record<string, string> = {}): Promise<ServerProcess> => {
  const server = await startProcess(folder.path, environment);
  running.push(server);
  return server;
};

const stop = async (server: ServerProcess): Promise<void> => {
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
};

const path = (name: string): string => join(folder.path, '.tallygate', name);

/** As a shell would read it. */
const quickstart = (): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(path('quickstart.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  );

const secretsOf = (values: Record<string, string>): string[] =>
  ['TG_SECRET', 'TG_PASSWORD', 'TG_ADMIN_SECRET'].map((name) => values[name] ?? '');

const graphql = async (issuer: string, query: string) => {
  const { TG_ADMIN_KEY, TG_ADMIN_SECRET } = quickstart();
  const { body } = await askForToken(issuer, `${TG_ADMIN_KEY}:${TG_ADMIN_SECRET}`, 'grant_type=client_credentials');
  return ask(`${issuer}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
};

it('makes everything that a first token and a first figure need, by https on localhost', async () => {
  const server = await start();
  const { issuer, mode, managementUrl } = await server.logged('ready');
  expect(issuer).toMatch(/^https:\/\/localhost:\d+$/);
  expect(mode).toBe('development');
  const { TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = quickstart();
  const sample = `${TG_KEY}:${TG_SECRET}`;
  const form = 'grant_type=client_credentials';
  expect(await askForToken(issuer, sample, `${form}&scope=test`)).toMatchObject({
    status: 200,
    body: { scope: 'test' },
  });
  expect(await askForToken(issuer, sample, `${form}&validity_period=120`)).toMatchObject({ body: { expires_in: 120 } });
  const login = `grant_type=password&username=${TG_USERNAME}&password=${TG_PASSWORD}`;
  expect(await askForToken(issuer, sample, login)).toMatchObject({ status: 200, body: { scope: 'default' } });
  const figure = await graphql(issuer, '{ application(name: "Sample application") { registeredUsers { total } } }');
  expect(figure.body).toEqual({ data: { application: { registeredUsers: { total: 1 } } } });
  expect(await ask(`${managementUrl}/metrics`)).toMatchObject({
    status: 200,
    text: expect.stringContaining('tallygate_'),
  });
  await stop(server);
});

it('keeps its secrets in files that only their owner can read, and prints only where they are', async () => {
  const server = await start();
  expect(await server.logged('first_start')).toMatchObject({ file: path('quickstart.env') });
  for (const name of ['quickstart.env', 'secret.key', 'tls.pem']) expect(statSync(path(name)).mode & 0o777).toBe(0o600);
  await stop(server);
  for (const secret of [...secretsOf(quickstart()), readFileSync(path('secret.key'), 'utf8').trim()]) {
    expect(secret.length).toBeGreaterThanOrEqual(20);
    expect(server.output()).not.toContain(secret);
  }
});

it('finds everything again at the second start, and prints few lines', async () => {
  await stop(await afterReady(await start()));
  const before = quickstart();
  const server = await afterReady(await start());
  const { issuer } = await server.logged('ready');
  expect(quickstart()).toEqual(before);
  const answer = await graphql(issuer, '{ applications { totalCount } users { totalCount } }');
  expect(answer.body).toEqual({ data: { applications: { totalCount: 2 }, users: { totalCount: 1 } } });
  await stop(server);
  expect(server.output().trim().split('\n').length).toBeLessThanOrEqual(4);
  expect(server.output()).not.toContain('first_start');
});

const afterReady = async (server: ServerProcess): Promise<ServerProcess> => {
  await server.logged('ready');
  return server;
};

it('finishes a first start that was cut off, wherever that was', async () => {
  for (const [file, millis] of [
    ['tls.pem', 0],
    ['tallygate.db', 0],
    ['quickstart.env', 0],
    ['quickstart.env', 4],
    ['quickstart.env', 12],
    ['quickstart.env', 30],
  ] as const) {
    const server = await start();
    while (!existsSync(path(file)))
      await Promise.race([pause(1), server.ended.then(() => Promise.reject(new Error(server.output())))]);
    await pause(millis);
    server.kill('SIGKILL');
    await server.ended;
  }
  const server = await afterReady(await start());
  const { issuer } = await server.logged('ready');
  const { TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = quickstart();
  const login = `grant_type=password&username=${TG_USERNAME}&password=${TG_PASSWORD}`;
  expect(await askForToken(issuer, `${TG_KEY}:${TG_SECRET}`, login)).toMatchObject({ status: 200 });
  const answer = await graphql(issuer, '{ applications { nodes { name } } users { totalCount } }');
  expect(answer.body).toEqual({
    data: {
      applications: { nodes: [{ name: 'Management' }, { name: 'Sample application' }] },
      users: { totalCount: 1 },
    },
  });
});

it('prints lines for a terminal that work when they are pasted', async () => {
  const server = await afterReady(await start());
  const { issuer } = await server.logged('ready');
  const {
    TG_KEY = '',
    TG_SECRET = '',
    TG_USERNAME = '',
    TG_PASSWORD = '',
    TG_ADMIN_KEY = '',
    TG_ADMIN_SECRET = '',
  } = quickstart();
  const text = welcomeText(issuer, {
    file: path('quickstart.env'),
    key: TG_KEY,
    secret: new Secret(TG_SECRET),
    username: TG_USERNAME,
    password: new Secret(TG_PASSWORD),
    adminKey: TG_ADMIN_KEY,
    adminSecret: new Secret(TG_ADMIN_SECRET),
  });
  const lines = text.split('\n').filter((line) => /^(curl|\.|TOKEN=) ?/.test(line));
  const output = execFileSync('sh', ['-c', lines.join('; echo;\n')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
  const answers = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): any => JSON.parse(line));
  expect(answers).toMatchObject([
    { token_type: 'Bearer', expires_in: 3600, scope: 'test' },
    { token_type: 'Bearer', expires_in: 120, scope: 'default' },
    { token_type: 'Bearer', refresh_token: expect.stringMatching(/^tgr_/) },
    { data: { application: { registeredUsers: { total: 1 } } } },
  ]);
  expect(text).toContain(`-H "Authorization: Basic ${Buffer.from(`${TG_KEY}:${TG_SECRET}`).toString('base64')}"`);
});

it('tells a terminal where things are after every other start', () => {
  const text = welcomeBackText('https://localhost:8243', "/some where/it's/quickstart.env");
  expect(text).toContain('https://localhost:8243/\n');
  expect(text).toContain('https://localhost:8243/token\n');
  expect(text).toContain('https://localhost:8243/graphql/explorer\n');
  expect(text).toContain(". '/some where/it'\\''s/quickstart.env'\n");
  expect(welcomeBackText('https://localhost:8243', undefined)).not.toContain('Secrets');
});
