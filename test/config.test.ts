import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { inspect } from 'node:util';
import { readConfig, type Config } from '../src/config.js';
import { StartRefused } from '../src/configuration/problem.js';
import { variableName } from '../src/configuration/settings.js';

type Environment = Readonly<Record<string, string>>;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallygate-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const read = (environment: Environment = {}, argv: readonly string[] = [], yaml?: string): Promise<Config> => {
  if (yaml === undefined) rmSync(join(folder, 'tallygate.yaml'), { force: true });
  else file('tallygate.yaml', yaml);
  return readConfig({ argv, folder, environment });
};

const problems = async (environment: Environment, argv: readonly string[] = [], yaml?: string) => {
  const refusal: unknown = await read(environment, argv, yaml).catch((error: unknown) => error);
  if (!(refusal instanceof StartRefused)) throw new Error('The configuration was taken.');
  return refusal.problems;
};

const sentences = async (environment: Environment, argv: readonly string[] = [], yaml?: string) =>
  (await problems(environment, argv, yaml)).map(({ sentence }) => sentence);

const key = Buffer.alloc(32, 1).toString('base64url');
const otherKey = Buffer.alloc(32, 2).toString('base64url');
const production = {
  NODE_ENV: 'production',
  TALLYGATE_ISSUER: 'https://auth.example',
  TALLYGATE_SECRET_KEY: key,
  TALLYGATE_TLS: 'off',
};

describe('without any setting', () => {
  it('is a development server on loopback, frozen', async () => {
    const config = await read();
    expect(config).toMatchObject({
      mode: 'development',
      host: '127.0.0.1',
      port: 8243,
      tls: 'dev',
      dataDir: '.tallygate',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });
});

describe('precedence', () => {
  it('is flags, environment, tallygate.yaml, defaults', async () => {
    const yaml = 'port: 1001\nmanagement-port: 1002\nlog-level: debug\n';
    const environment = { TALLYGATE_PORT: '2001', TALLYGATE_MANAGEMENT_PORT: '2002' };
    const config = await read(environment, ['--port', '3001'], yaml);
    expect(config).toMatchObject({ port: 3001, managementPort: 2002, logLevel: 'debug', shutdownTimeout: 10 });
  });

  it('takes an empty variable for one that is not set', async () => {
    expect(await read({ TALLYGATE_PORT: '' }, [], 'port: 1001')).toMatchObject({ port: 1001 });
  });

  test.each([[['--port=8443']], [['--port', '8443']], [['--metrics-per-application', '--port', '8443']]])(
    'takes flags like %j',
    async (argv) => {
      expect(await read({}, argv)).toMatchObject({ port: 8443, metricsPerApplication: argv.length === 3 });
    },
  );
});

describe('a value in a file', () => {
  it('is read for any setting, from any source', async () => {
    const port = file('port', '8443\n');
    expect(await read({ TALLYGATE_PORT_FILE: port })).toMatchObject({ port: 8443 });
    expect(await read({}, ['--port-file', port])).toMatchObject({ port: 8443 });
    expect(await read({}, [], `port-file: ${port}`)).toMatchObject({ port: 8443 });
    const secret = await read({ TALLYGATE_SECRET_KEY_FILE: file('key', `${key}\n`) });
    expect(secret.secretKey?.map((each) => each.reveal())).toEqual([key]);
  });

  it('that is empty stops the start, and so does an empty flag', async () => {
    const empty = await sentences({ TALLYGATE_DATA_DIR_FILE: file('empty', '\n') });
    expect(empty).toEqual(['TALLYGATE_DATA_DIR_FILE must be a path, without line breaks.']);
    expect(await sentences({}, ['--data-dir='])).toEqual(['--data-dir must be a path, without line breaks.']);
  });

  it('that cannot be read, or given beside the value, stops the start', async () => {
    const missing = await sentences({ TALLYGATE_PORT_FILE: join(folder, 'nowhere') });
    expect(missing).toEqual(['TALLYGATE_PORT_FILE names a file that is not there.']);
    for (const path of [folder, 'x'.repeat(300)]) {
      const unreadable = await sentences({ TALLYGATE_PORT_FILE: path });
      expect(unreadable).toEqual(['TALLYGATE_PORT_FILE names a file that cannot be read.']);
    }
    const both = await sentences({ TALLYGATE_PORT: '1', TALLYGATE_PORT_FILE: file('port', '2') });
    expect(both).toEqual([
      'TALLYGATE_PORT and TALLYGATE_PORT_FILE are one setting, given twice: leave one of the two.',
    ]);
    expect(await sentences({}, ['--port', '1', '--port', '1'])).toEqual([
      '--port is given twice: leave one of the two.',
    ]);
  });
});

describe('a value in a file that cannot be read', () => {
  it('is not called missing: who has a secret key is not told to make another one', async () => {
    const environment = {
      NODE_ENV: 'production',
      TALLYGATE_ISSUER: 'https://auth.example',
      TALLYGATE_TLS: 'off',
      TALLYGATE_SECRET_KEY_FILE: folder,
      TALLYGATE_BOOTSTRAP_CLIENT_ID: 'bootstrap',
      TALLYGATE_BOOTSTRAP_CLIENT_SECRET_FILE: folder,
    };
    expect(await sentences(environment)).toEqual([
      'TALLYGATE_SECRET_KEY_FILE names a file that cannot be read.',
      'TALLYGATE_BOOTSTRAP_CLIENT_SECRET_FILE names a file that cannot be read.',
    ]);
  });
});

describe('an unknown name', () => {
  test.each([
    { given: 'a variable', environment: { TALLYGATE_PROT: '1' }, nearest: 'TALLYGATE_PORT' },
    {
      given: 'a variable of a file',
      environment: { TALLYGATE_SECRETKEY_FILE: '/x' },
      nearest: 'TALLYGATE_SECRET_KEY_FILE',
    },
    { given: 'a flag', argv: ['--data-dri', 'x'], nearest: '--data-dir' },
    { given: 'a key', yaml: 'logLevel: debug', nearest: 'log-level in tallygate.yaml' },
  ])('in $given is answered with the nearest one', async ({ environment = {}, argv = [], yaml, nearest }) => {
    expect(await sentences(environment, argv, yaml)).toEqual([
      expect.stringContaining(`The nearest one is ${nearest}.`),
    ]);
  });

  it('far from all stops the start too', async () => {
    expect(await sentences({ TALLYGATE_CHEESE: 'yes' })).toEqual([expect.stringContaining('TALLYGATE_CHEESE')]);
    expect(await sentences({}, ['serve'])).toEqual([expect.stringMatching(/^Argument 1 .*npm start -- --port 8443/)]);
  });

  it('without the prefix is none of ours', async () => {
    expect(await read({ PORT: '1', HOME: '/root' })).toMatchObject({ port: 8243 });
  });
});

describe('a malformed value', () => {
  test.each([
    {
      name: 'issuer',
      values: [
        'login.example',
        'https://auth.example/',
        'https://Auth.example',
        'https://a.b/c?d',
        'ftp://a.b',
        'https://u:p@a.b',
      ],
    },
    { name: 'host', values: ['not a host', 'a/b', ':8080'] },
    { name: 'port', values: ['-1', '65536', '8e3', '8243.0', 'https'] },
    { name: 'tls', values: ['on', 'OFF'] },
    { name: 'databaseUrl', values: ['postgres://x', 'tallygate.db', 'file:tally\0gate.db'] },
    { name: 'secretKey', values: ['short', `${key}=`, `${key},`, `${key} ${otherKey}`] },
    { name: 'trustedProxies', values: ['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129'] },
    { name: 'dataDir', values: [' ', 'data\n', 'a\nb'] },
    { name: 'logLevel', values: ['verbose'] },
    { name: 'statisticsTimeZone', values: ['CET', 'Europe/Berlyn'] },
    { name: 'metricsPerApplication', values: ['yes', '1'] },
    { name: 'drainDelay', values: ['5s', '601'] },
    { name: 'shutdownTimeout', values: ['0'] },
  ])('of $name stops the start with a sentence that does not repeat it', async ({ name, values }) => {
    for (const value of values) {
      const [sentence = '', ...more] = await sentences({ [variableName(name)]: value });
      expect(more).toEqual([]);
      expect(sentence).toMatch(new RegExp(`^${variableName(name)} (must be|must begin|is refused)`));
      if (value.length > 5) expect(sentence).not.toContain(value);
    }
  });

  it.each(['file:', 'file::memory:', 'file:a.db?mode=ro', 'file:///a.db?cache=shared', 'file:///a.db#b'])(
    'of a database file that would be another one stops the start: %s',
    async (url) => {
      expect(await sentences({ TALLYGATE_DATABASE_URL: url })).toEqual([
        expect.stringContaining('TALLYGATE_DATABASE_URL must be file:relative/path or file:///absolute/path'),
      ]);
    },
  );

  it.each(['file:a/b#.db', 'file:/a b.db', 'file:///a%3Fb.db', 'file:...'])('is not that of %s', async (url) => {
    expect((await read({ TALLYGATE_DATABASE_URL: url })).databaseUrl?.reveal()).toBe(url);
  });

  it.each([
    { what: 'a key that is there twice', yaml: 'port: 1\nhost: ::1\nport: 2', line: 3 },
    { what: 'what is indented by a tab', yaml: 'port: 1\n\thost: ::1', line: 2 },
    { what: 'a quote that is not closed', yaml: '\nport: "1', line: 2 },
  ])('names the line of $what in tallygate.yaml', async ({ yaml, line }) => {
    expect(await sentences({}, [], yaml)).toEqual([expect.stringContaining(`Look at line ${line}.`)]);
  });

  it('in tallygate.yaml too', async () => {
    expect(await sentences({}, [], 'port: { a: 1 }')).toEqual([expect.stringContaining('port in tallygate.yaml')]);
    expect(await sentences({}, [], '- port')).toEqual([expect.stringContaining('one YAML mapping')]);
    expect(await sentences({}, [], 'port: "unclosed')).toEqual([expect.stringContaining('one YAML mapping')]);
  });

  const tenfold = [...'bcdefghi'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`);
  test.each([
    { what: 'an alias of nothing', yaml: 'port: *nothing' },
    { what: 'an unknown tag', yaml: 'port: !number 8443' },
    { what: 'aliases that multiply', yaml: ['a: &a [x]', ...tenfold].join('\n') },
    { what: 'more levels than fit', yaml: `port: ${'['.repeat(50_000)}` },
    { what: 'two documents', yaml: 'port: 1\n---\nport: 2' },
  ])('with $what stops the start', async ({ yaml }) => {
    expect(await sentences({}, [], yaml)).toEqual([expect.stringContaining('one YAML mapping')]);
  });

  it('that holds itself stops the start', async () => {
    expect(await sentences({}, [], 'trusted-proxies: &all [*all]')).toEqual([expect.stringContaining('a list of')]);
  });

  it('takes lists as lists', async () => {
    const config = await read({}, [], `trusted-proxies: [10.0.0.0/8, "::1"]\nsecret-key: [${key}, ${otherKey}]`);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    expect(config.secretKey).toHaveLength(2);
  });
});

describe('a tallygate.yaml that cannot be read', () => {
  test.each([
    { what: 'a folder', make: (path: string) => mkdirSync(path) },
    { what: 'a link to nothing', make: (path: string) => symlinkSync('nowhere', path) },
  ])('because it is $what stops the start', async ({ make }) => {
    const spoilt = mkdtempSync(join(folder, 'spoilt-'));
    make(join(spoilt, 'tallygate.yaml'));
    const reading = readConfig({ argv: [], folder: spoilt, environment: {} });
    await expect(reading).rejects.toThrow('tallygate.yaml cannot be read');
  });
});

describe('a tallygate.yml', () => {
  it.each([
    ['alone', {}],
    ['beside tallygate.yaml', { yaml: 'port: 1001' }],
  ])('stops the start instead of being left out without a word: %s', async (_, { yaml }: { yaml?: string }) => {
    const other = file('tallygate.yml', 'port: 8443');
    expect(await sentences({}, [], yaml)).toEqual([expect.stringContaining('settings stand in tallygate.yaml')]);
    rmSync(other);
  });
});

describe('production', () => {
  it('lists all that is missing in one go, with the line to add', async () => {
    const found = await problems({ NODE_ENV: 'production' });
    expect(found.map(({ line }) => line?.split('=')[0])).toEqual([
      'TALLYGATE_ISSUER',
      'TALLYGATE_SECRET_KEY',
      'TALLYGATE_TLS',
    ]);
  });

  it('is also a bind beyond loopback', async () => {
    for (const { setting, host } of [
      { setting: 'TALLYGATE_HOST', host: '0.0.0.0' },
      { setting: 'TALLYGATE_HOST', host: 'db.internal' },
      { setting: 'TALLYGATE_MANAGEMENT_HOST', host: '0.0.0.0' },
    ]) {
      const [why, ...missing] = await problems({ [setting]: host });
      expect(why).toEqual({
        sentence: expect.stringContaining(`${setting} is beyond loopback, which means production`),
      });
      expect(missing).toHaveLength(3);
    }
    for (const host of ['127.0.0.2', '::1', 'localhost']) {
      expect(await read({ TALLYGATE_HOST: host })).toMatchObject({ mode: 'development' });
      expect(await read({ TALLYGATE_MANAGEMENT_HOST: host })).toMatchObject({ mode: 'development' });
    }
  });

  it('starts when everything is there', async () => {
    expect(await read(production)).toMatchObject({ mode: 'production', issuer: 'https://auth.example' });
  });

  it('refuses an issuer without TLS beyond loopback', async () => {
    expect(await problems({ ...production, TALLYGATE_ISSUER: 'http://auth.example' })).toEqual([
      { sentence: expect.stringContaining('https:'), line: 'TALLYGATE_ISSUER=https://auth.example' },
    ]);
    expect(await read({ ...production, TALLYGATE_ISSUER: 'http://[::1]:8243' })).toMatchObject({ mode: 'production' });
  });

  it('takes TLS off only on loopback or behind a named proxy', async () => {
    const open = { ...production, TALLYGATE_HOST: '0.0.0.0' };
    expect(await problems(open)).toEqual([expect.objectContaining({ line: 'TALLYGATE_TRUSTED_PROXIES=10.0.0.0/8' })]);
    expect(await read({ ...open, TALLYGATE_TRUSTED_PROXIES: '10.0.0.0/8' })).toMatchObject({ tls: 'off' });
  });

  it('needs both files of a certificate', async () => {
    expect(await problems({ ...production, TALLYGATE_TLS: 'files' })).toHaveLength(2);
    const files = { TALLYGATE_TLS: 'files', TALLYGATE_TLS_CERT_FILE: '/c', TALLYGATE_TLS_KEY_FILE: '/k' };
    expect(await read({ ...production, ...files })).toMatchObject({ tlsCertFile: '/c', tlsKeyFile: '/k' });
  });

  it('does not leave named files out unless it is told to, in development either', async () => {
    const [cert, key] = [{ TALLYGATE_TLS_CERT_FILE: '/c' }, { TALLYGATE_TLS_KEY_FILE: '/k' }];
    const linesOf = async (environment: object) => (await problems({ ...environment })).map(({ line }) => line);
    expect(await linesOf({ ...cert, ...key })).toEqual(['TALLYGATE_TLS=files']);
    expect(await linesOf(cert)).toEqual(['TALLYGATE_TLS=files', 'TALLYGATE_TLS_KEY_FILE=/etc/tallygate/tls.key']);
    const missing = await linesOf({ NODE_ENV: 'production', ...cert, ...key });
    expect(missing.filter((line) => line?.startsWith('TALLYGATE_TLS='))).toEqual(['TALLYGATE_TLS=files']);
    expect(await read({ TALLYGATE_TLS: 'off', ...cert, ...key })).toMatchObject({ tls: 'off' });
  });
});

describe('two listeners', () => {
  const settings = (host: string, managementHost: string) => ({
    ...production,
    TALLYGATE_TRUSTED_PROXIES: '10.0.0.1',
    TALLYGATE_HOST: host,
    TALLYGATE_MANAGEMENT_HOST: managementHost,
    TALLYGATE_PORT: '9000',
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
    ['0.0.0.0', '127.0.0.1'],
    ['10.0.0.1', '::'],
  ])('on one port of %s and %s stop the start', async (host, managementHost) => {
    expect(await problems(settings(host, managementHost))).toEqual([
      {
        sentence: expect.stringMatching(/^TALLYGATE_PORT and TALLYGATE_MANAGEMENT_PORT/),
        line: 'TALLYGATE_MANAGEMENT_PORT=9001',
      },
    ]);
  });

  it('on the highest port are answered with the one below it', async () => {
    const highest = { TALLYGATE_PORT: '65535', TALLYGATE_MANAGEMENT_PORT: '65535' };
    expect(await problems(highest)).toMatchObject([{ line: 'TALLYGATE_MANAGEMENT_PORT=65534' }]);
  });

  test.each([
    ['127.0.0.1', '127.0.0.2'],
    ['10.0.0.1', '127.0.0.1'],
    ['10.0.0.1', 'localhost'],
    ['127.0.0.1', '::1'],
  ])('may have the same port of different addresses: %s and %s', async (host, managementHost) => {
    expect(await read(settings(host, managementHost))).toMatchObject({ port: 9000, managementPort: 9000 });
  });

  it('may both take a free port', async () => {
    expect(await read({ TALLYGATE_PORT: '0', TALLYGATE_MANAGEMENT_PORT: '0' })).toMatchObject({ port: 0 });
  });
});

describe('the bootstrap client', () => {
  it('needs id and secret', async () => {
    expect(await problems({ TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy' })).toHaveLength(1);
    expect(await problems({ TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'x'.repeat(20) })).toHaveLength(1);
    expect(
      await sentences({ TALLYGATE_BOOTSTRAP_CLIENT_ID: 'usr_x', TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'short' }),
    ).toEqual([expect.stringContaining('usr_'), expect.stringContaining('20 to 255')]);
  });
});

describe('secrets', () => {
  it('do not show wherever the configuration is printed', async () => {
    const secrets = [key, 'a-secret-of-the-deployment', 'hunter2'];
    const config = await read({
      TALLYGATE_SECRET_KEY: key,
      TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy',
      TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'a-secret-of-the-deployment',
      TALLYGATE_DATABASE_URL: 'mongodb://root:hunter2@db/tallygate',
    });
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 })]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });
});
