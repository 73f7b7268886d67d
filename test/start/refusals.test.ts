import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
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

const start = async (
  environment: Record<string, string> = {},
  argv: readonly string[] = [],
): Promise<ServerProcess> => {
  const server = await startProcess(folder.path, environment, argv);
  running.push(server);
  return server;
};

const refusal = async (environment: Record<string, string>, argv: readonly string[] = []): Promise<string> => {
  const server = await start(environment, argv);
  expect(await server.ended).toBe(78);
  expect(server.output()).toContain('Tallygate did not start:');
  expect(server.output()).not.toMatch(/^ {4}at /m);
  return server.output();
};

const production = {
  NODE_ENV: 'production',
  TALLYGATE_ISSUER: 'http://localhost:8243',
  TALLYGATE_TLS: 'off',
  TALLYGATE_SECRET_KEY: randomBytes(32).toString('base64url'),
};

it('an older Node is told which one is needed, not what it lacks', async () => {
  const older =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.18.9"}})';
  const { status, stderr } = spawnSync(process.execPath, ['--import', older, await builtProgram()], {
    encoding: 'utf8',
  });
  expect(status).toBe(78);
  expect(stderr).toMatch(/^Tallygate did not start:\n- It needs Node[.]js 20[.]19 or later, and this is 20[.]18[.]9: /);
});

describe('production', () => {
  it('lists everything that is missing in one go, with lines to add, and makes nothing', async () => {
    const text = await refusal({ NODE_ENV: 'production' });
    for (const name of ['ISSUER', 'SECRET_KEY', 'TLS'])
      expect(text).toMatch(new RegExp(`^ {4}TALLYGATE_${name}=`, 'm'));
    expect(() => readFileSync(join(folder.path, '.tallygate'))).toThrow(/ENOENT/);
  });

  it('lists what is wrong with the files that are named beside it', async () => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const text = await refusal({
      NODE_ENV: 'production',
      TALLYGATE_TLS: 'files',
      TALLYGATE_TLS_CERT_FILE: join(folder.path, 'nowhere.crt'),
      TALLYGATE_TLS_KEY_FILE: folder.path,
      TALLYGATE_DATABASE_URL: `file:${file('other.db', 'no database')}`,
    });
    for (const sentence of [
      'TALLYGATE_ISSUER is missing',
      'TALLYGATE_SECRET_KEY is missing',
      'TALLYGATE_TLS_CERT_FILE names a file that is not there',
      'TALLYGATE_TLS_KEY_FILE names a file that cannot be read',
      'The database file is damaged',
    ]) {
      expect(text).toContain(`- ${sentence}`);
    }
    expect(readdirSync(folder.path)).toEqual(['other.db']);
  });

  it('starts with a client of the deployment, found again and left alone at the next start', async () => {
    const secretFile = join(folder.path, 'secret');
    writeFileSync(secretFile, 'secret-of-the-deployment\n');
    const settings = {
      ...production,
      TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy',
      TALLYGATE_BOOTSTRAP_CLIENT_SECRET_FILE: secretFile,
    };
    for (const round of [1, 2]) {
      const server = await start(settings);
      await server.logged('ready');
      const url = `http://127.0.0.1:${await portOf(server)}`;
      const form = 'grant_type=client_credentials&scope=applications:read%20applications:write';
      const { status, body } = await askForToken(url, 'deploy:secret-of-the-deployment', form);
      expect([round, status, body.scope]).toEqual([round, 200, 'applications:read applications:write']);
      const answer = await ask(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ applications { totalCount } }' }),
      });
      expect(answer.body).toEqual({ data: { applications: { totalCount: 1 } } });
      expect(server.output()).not.toContain('secret-of-the-deployment');
      expect(server.output()).not.toContain('bootstrap_secret_differs');
      server.kill('SIGTERM');
      expect(await server.ended).toBe(0);
    }
  });

  it('says that a client of the deployment keeps the secret that it has', async () => {
    const settings = { ...production, TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy' };
    for (const secret of ['secret-of-the-deployment', 'another-secret-for-it']) {
      const server = await start({ ...settings, TALLYGATE_BOOTSTRAP_CLIENT_SECRET: secret });
      await server.logged('ready');
      server.kill('SIGTERM');
      expect(await server.ended).toBe(0);
      expect(server.output().includes('bootstrap_secret_differs')).toBe(secret === 'another-secret-for-it');
    }
  });
});

/** The issuer is fixed in production, the port is not: the log of the listener says which it is. */
const portOf = async (server: ServerProcess): Promise<number> => Number((await server.logged('ready'))['port']);

describe('settings', () => {
  it('that are unknown stop the start with the nearest name', async () => {
    expect(await refusal({ TALLYGATE_TLS_CERTFILE: '/x' })).toContain('The nearest one is TALLYGATE_TLS_CERT_FILE.');
    expect(await refusal({}, ['--database', 'x', '--prot', '1'])).toContain('The nearest one is --port.');
  });

  it('can be listed', async () => {
    for (const flag of ['--help', '-h']) {
      const server = await start({}, [flag]);
      expect(await server.ended).toBe(0);
      expect(server.output()).toContain('--drain-delay, TALLYGATE_DRAIN_DELAY');
    }
    const version = await start({}, ['--version']);
    expect(await version.ended).toBe(0);
    expect(version.output()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('with a port that is taken stop the start and say so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await refusal({ TALLYGATE_PORT: String(port) })).toContain(`Port ${port} on 127.0.0.1 is taken`);
    const server = await start({ TALLYGATE_MANAGEMENT_PORT: String(port) });
    expect(await server.logged('no_management_listener')).toMatchObject({
      level: 'warn',
      line: expect.stringMatching(/^TALLYGATE_MANAGEMENT_PORT=\d+$/),
    });
    await server.logged('ready');
    other.close();
  });
});

describe('the data folder', () => {
  it('that cannot be made stops the start', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    for (const dataDir of ['/proc/x', '/proc/x/y', 'file', 'file/x', '/dev/null']) {
      expect(await refusal({}, ['--data-dir', dataDir])).toContain('The folder TALLYGATE_DATA_DIR cannot be made');
    }
  });

  it.each(['tls.pem', 'secret.key', 'quickstart.env'])(
    'that holds a folder called %s stops the start',
    async (name) => {
      mkdirSync(join(folder.path, '.tallygate', name), { recursive: true });
      expect(await refusal({})).toContain('A file in the folder TALLYGATE_DATA_DIR cannot be read or written.');
    },
  );
});

describe('a disk', () => {
  it('that is full is called so, and nothing half-written is left', async () => {
    const program = [process.execPath, await builtProgram()];
    const { status, stderr } = spawnSync('/bin/sh', ['-c', 'ulimit -f 0 && exec "$0" "$@"', ...program], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'] ?? '', TALLYGATE_PORT: '0', TALLYGATE_MANAGEMENT_PORT: '0' },
      encoding: 'utf8',
    });
    expect(stderr).toContain('- The disk with the folder TALLYGATE_DATA_DIR is full');
    expect(status).toBe(78);
    expect(readdirSync(join(folder.path, '.tallygate'))).toEqual([]);
  });
});

describe('the store', () => {
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const database = (): string => join(folder.path, '.tallygate', 'tallygate.db');

  it('that is damaged stops the start and is not touched', async () => {
    mkdirSync(join(folder.path, '.tallygate'));
    writeFileSync(database(), randomBytes(20_000));
    const before = digest(database());
    expect(await refusal({})).toMatch(/^- .+\.$/m);
    expect(digest(database())).toBe(before);
  });

  it('that another server has open stops the second start, and the first goes on', async () => {
    const first = await start();
    const { issuer } = await first.logged('ready');
    expect(await refusal({})).toMatch(/^- .+\.$/m);
    expect(await ask(`${issuer}/readyz`)).toMatchObject({ status: 200 });
  });

  it('that was written with another secret key stops the start', async () => {
    const first = await start(production);
    await first.logged('ready');
    expect(await first.logged('nobody_can_administer')).toMatchObject({ level: 'warn' });
    first.kill('SIGTERM');
    await first.ended;
    const other = randomBytes(32).toString('base64url');
    expect(await refusal({ ...production, TALLYGATE_SECRET_KEY: other })).toContain('TALLYGATE_SECRET_KEY');
    const both = await start({ ...production, TALLYGATE_SECRET_KEY: `${other},${production.TALLYGATE_SECRET_KEY}` });
    await both.logged('ready');
    both.kill('SIGTERM');
    await both.ended;
    const alone = await start({ ...production, TALLYGATE_SECRET_KEY: other });
    expect(await alone.ended).toBe(78);
    expect(alone.output()).toContain(
      'A signing key of this store is sealed with a key that TALLYGATE_SECRET_KEY lacks',
    );
  });

  it('whose secret key was lost stops the start, and says which file is missed', async () => {
    const first = await start();
    await first.logged('ready');
    first.kill('SIGTERM');
    await first.ended;
    const file = join(folder.path, '.tallygate', 'secret.key');
    renameSync(file, `${file}.lost`);
    for (const round of [1, 2]) {
      expect([round, await refusal({})]).toEqual([
        round,
        expect.stringMatching(/secret\.key is not the key.+Put the old/),
      ]);
    }
    renameSync(`${file}.lost`, file);
    await (await start()).logged('ready');
  });

  it('of no known kind stops the start', async () => {
    expect(await refusal({ TALLYGATE_DATABASE_URL: 'mysql://db/tallygate' })).toContain('TALLYGATE_DATABASE_URL');
  });

  it('with a name that MongoDB refuses stops the start', async () => {
    const text = await refusal({ TALLYGATE_DATABASE_URL: 'mongodb://user:secret-word@127.0.0.1:1/a.b' });
    expect(text).toContain('The name of the database in the database URL holds a character that MongoDB refuses');
    expect(text).not.toContain('secret-word');
  });

  it('in a folder that cannot be made stops the start', async () => {
    expect(await refusal({ TALLYGATE_DATABASE_URL: 'file:/proc/x/y/tallygate.db' })).toContain(
      'The folder of the database file cannot be made.',
    );
  });
});
