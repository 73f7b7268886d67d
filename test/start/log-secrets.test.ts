import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let url: string;

beforeAll(async () => {
  await builtProgram();
  folder = await temporaryFolder();
  server = await startProcess(folder.path, { TALLYGATE_TLS: 'off', TALLYGATE_LOG_LEVEL: 'debug' });
  url = String((await server.logged('ready'))['issuer']);
}, buildMillis);
afterAll(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await folder.remove();
});

const quickstart = (): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(join(folder.path, '.tallygate/quickstart.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(
      ([, name, value]) => [name, value],
    ),
  );

it('writes no secret, token, password, user name or body into its log, whatever it is sent', async () => {
  const made = quickstart();
  const sample = `${made['TG_KEY']}:${made['TG_SECRET']}`;
  const admin = `${made['TG_ADMIN_KEY']}:${made['TG_ADMIN_SECRET']}`;
  const mark = randomBytes(12).toString('hex');
  const login = `grant_type=password&username=${made['TG_USERNAME']}&password=${made['TG_PASSWORD']}`;
  const good = [await askForToken(url, sample, login), await askForToken(url, admin, 'grant_type=client_credentials')];
  const [tokens, management] = good.map(({ body }) => body);
  const refreshed = await askForToken(url, sample, `grant_type=refresh_token&refresh_token=${tokens.refresh_token}`);
  await askForToken(url, sample, `grant_type=password&username=${mark}-user&password=${mark}-password`);
  await askForToken(url, `${made['TG_KEY']}:${mark}-secret`, 'grant_type=client_credentials');
  await askForToken(url, sample, `grant_type=refresh_token&refresh_token=tgr_${mark}`);
  await askForToken(url, sample, `grant_type=${mark}-grant&scope=${mark}-scope`);
  await ask(`${url}/token?client_secret=${mark}-query`, { method: 'POST' });
  await ask(`${url}/${mark}-path`, { headers: { authorization: `Bearer ${mark}-bearer`, cookie: `${mark}-cookie` } });
  await askForToken(url, sample, `\r\n${mark}-body`);
  const query = `mutation { createUser(input: { username: "${mark}-name", password: "${mark}-word" }) { user { id } } }`;
  const headers = { authorization: `Bearer ${management.access_token}`, 'content-type': 'application/json' };
  expect(await ask(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).toMatchObject({
    status: 200,
    body: { data: { createUser: { user: { id: expect.any(String) } } } },
  });
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);

  expect(good.map(({ status }) => status)).toEqual([200, 200]);
  expect(refreshed.status).toBe(200);
  expect(server.output()).toContain('"event":"token_issued"');
  expect(server.output()).toContain('"event":"token_refused"');
  const secrets = [
    mark,
    ...['TG_SECRET', 'TG_USERNAME', 'TG_PASSWORD', 'TG_ADMIN_SECRET'].map((name) => made[name] ?? name),
    ...[sample, admin].map((credentials) => Buffer.from(credentials).toString('base64')),
    ...[tokens.access_token, tokens.refresh_token, management.access_token, refreshed.body.refresh_token],
    readFileSync(join(folder.path, '.tallygate/secret.key'), 'utf8').trim(),
  ];
  for (const secret of secrets) expect(server.output()).not.toContain(secret);
});
