import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { rotateClientSecret } from '../../src/applications/rotate-client-secret.js';
import { readConfig } from '../../src/config.js';
import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import { keySetsOf } from '../../src/model/application.js';
import { later } from '../../src/model/clock.js';
import { Secret } from '../../src/model/secret.js';
import { ensureBootstrapClient } from '../../src/start/bootstrap-client.js';
import { ensureClient } from '../../src/start/ensure-client.js';
import { ensureQuickstart, quickstartFile } from '../../src/start/quickstart.js';
import { openManagement, times, type Management } from '../management/open-management.js';
import { temporaryFolder } from '../support/server-process.js';

let management: Management;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  management = await openManagement();
  folder = await temporaryFolder();
});
afterEach(async () => {
  await management.close();
  await folder.remove();
});

const everything = async () => {
  const { applications, users } = management.store;
  const { items } = await applications.page({}, { first: 100 });
  return {
    applications: items.map((application) => `${application.name}: ${keySetsOf(application).length}`).sort(),
    users: await users.count({}),
  };
};

it('a client that 64 servers want at their first start is made once, and none of them fails', async () => {
  const wanted = {
    clientId: 'deploy',
    clientSecret: new Secret('secret-of-the-deployment'),
    applicationName: 'Bootstrap',
    grantTypes: ['client_credentials'],
    scopes: ['default'],
    defaultScopes: ['default'],
  } as const;
  await Promise.all(times(64, () => ensureClient(management.deps, wanted)));
  expect(await everything()).toEqual({ applications: ['Bootstrap: 1'], users: 0 });
});

it('a bootstrap client whose secret has ended is not said to have the one that is set', async () => {
  await management.administrator(); // else no secret of the other one could end
  const configOf = (secret: string) =>
    readConfig({
      argv: ['--bootstrap-client-id=deploy', `--bootstrap-client-secret=${secret}`],
      folder: folder.path,
      environment: {},
    });
  await ensureBootstrapClient(management.deps, await configOf('secret-of-the-deployment'));
  const { clientSecret } = await rotateClientSecret(management.deps, management.actor, {
    clientId: 'deploy',
    expiresAt: later(management.clock.now(), 60),
  });
  const hasSecret = async () => ensureBootstrapClient(management.deps, await configOf(clientSecret.reveal()));
  expect(await hasSecret()).toBe(true);
  management.clock.advance(60_000);
  expect(await hasSecret()).toBe(false);
});

const startIn = async (names: readonly string[]) => {
  const passwordHasher = createPasswordHasher({ threads: 1, queueLimit: 64 });
  const folders = names.map((name) => join(folder.path, name));
  folders.forEach((path) => mkdirSync(path, { recursive: true }));
  const made = await Promise.all(folders.map((path) => ensureQuickstart({ ...management.deps, passwordHasher }, path)));
  await passwordHasher.close();
  return folders.map((path, index) => ({ file: quickstartFile(path), made: made[index] }));
};

const sample = { applications: ['Management: 1', 'Sample application: 1'], users: 1 };

it('servers that start at the same moment in one folder make one sample, whose secrets are in the file', async () => {
  const starts = await startIn(times(16, () => 'one'));
  expect(await everything()).toEqual(sample);
  for (const { file, made } of starts.filter((start) => start.made !== undefined)) {
    expect(readFileSync(file, 'utf8')).toContain(`TG_KEY=${made?.key}\n`);
    expect(await management.store.applications.findClient(made?.key ?? '')).toBeDefined();
  }
  expect(starts.some(({ made }) => made !== undefined)).toBe(true);
});

it('of servers in folders of their own one makes it, and only its folder has a file of secrets', async () => {
  const starts = await startIn(times(16, (index) => `of-${index}`));
  expect(await everything()).toEqual(sample);
  expect(starts.filter(({ made }) => made !== undefined)).toHaveLength(1);
  for (const { file, made } of starts) expect(existsSync(file)).toBe(made !== undefined);
});
