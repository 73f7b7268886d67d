import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { must, ours, rfcRows } from '../support/rfc-table.js';
import { ask, startProcess, temporaryFolder, type Answer, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let issuer: string | undefined;
let url: string;
let made: Readonly<Record<string, string>>;

/** Each start has another free port, and the issuer of the first one. */
const start = async (): Promise<void> => {
  const settings = { TALLYGATE_TLS: 'off', ...(issuer === undefined ? {} : { TALLYGATE_ISSUER: issuer }) };
  server = await startProcess(folder.path, settings);
  const ready = await server.logged('ready');
  issuer ??= String(ready['issuer']);
  url = `http://127.0.0.1:${String(ready['port'])}`;
};
const crash = async (): Promise<void> => {
  server.kill('SIGKILL');
  await server.ended;
  await start();
};
beforeAll(async () => {
  await builtProgram();
  folder = await temporaryFolder();
  await start();
  const lines = readFileSync(join(folder.path, '.tallygate/quickstart.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  made = Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}, buildMillis);
afterAll(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await folder.remove();
});

const post = (path: string, form: Readonly<Record<string, string>>, by = 'TG'): Promise<Answer> =>
  ask(url + path, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${made[`${by}_KEY`] ?? ''}:${made[`${by}_SECRET`] ?? ''}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
  });
const login = async (): Promise<{ readonly access_token: string; readonly refresh_token: string }> => {
  const form = { grant_type: 'password', username: made['TG_USERNAME'] ?? '', password: made['TG_PASSWORD'] ?? '' };
  const { status, body } = await post('/token', form);
  expect(status).toBe(200);
  return body;
};
const refresh = (token: string): Promise<Answer> =>
  post('/token', { grant_type: 'refresh_token', refresh_token: token });
const widenWindow = async (): Promise<void> => {
  const { body } = await post('/token', { grant_type: 'client_credentials' }, 'TG_ADMIN');
  const input = `{ clientId: "${made['TG_KEY'] ?? ''}", refreshTokenReuseWindowSeconds: 300 }`;
  const answer = await ask(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(body.access_token)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `mutation { updateKeys(input: ${input}) { keys { id } } }` }),
  });
  expect(answer.body.errors).toBeUndefined();
};
const isActive = async (token: string): Promise<boolean> => (await post('/introspect', { token })).body.active;
const expectRefused = (answer: Answer): void =>
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);

rfcRows(9700, [
  {
    ...must('§4.14.2', 58),
    behaviour: 'a refresh token that was spent before a kill -9 is a replay after it',
    shows: async () => {
      const first = await login();
      const second = (await refresh(first.refresh_token)).body;
      const third = (await refresh(second.refresh_token)).body;
      await crash();
      expect(await isActive(third.access_token)).toBe(true);
      expectRefused(await refresh(first.refresh_token));
      for (const { access_token: token } of [first, second, third]) expect(await isActive(token)).toBe(false);
      expectRefused(await refresh(third.refresh_token));
    },
  },
  {
    ...must('§4.14.2', 58),
    behaviour: 'what was revoked before a kill -9 stays revoked after it, and what was not works on',
    shows: async () => {
      const [family, single, kept] = [await login(), await login(), await login()];
      for (const token of [family.refresh_token, single.access_token]) {
        expect((await post('/revoke', { token })).status).toBe(200);
      }
      await crash();
      expectRefused(await refresh(family.refresh_token));
      for (const token of [family.access_token, single.access_token]) expect(await isActive(token)).toBe(false);
      for (const { access_token: token } of [kept]) expect(await isActive(token)).toBe(true);
      for (const { refresh_token: token } of [single, kept]) expect((await refresh(token)).status).toBe(200);
    },
  },
  {
    ...ours('§4.14.2', 53),
    behaviour: 'an answer that a kill -9 has swallowed is given again, with the same successor',
    shows: async () => {
      await widenWindow(); // a restart may take longer than ten seconds
      const first = await login();
      const second = (await refresh(first.refresh_token)).body;
      await crash();
      const again = await refresh(first.refresh_token);
      expect([again.status, again.body.refresh_token]).toEqual([200, second.refresh_token]);
      expect((await refresh(second.refresh_token)).status).toBe(200);
    },
  },
]);
