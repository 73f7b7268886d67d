// Runs the programs of interop/ (one per client library of others) against the built server, in a temporary folder, on free ports, with
// a certificate of its own making. Exit status 0: every client works untouched. Arguments: names of clients, to run only these.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { URL, fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));
const interop = join(repository, 'interop');
const cache = join(repository, '.cache', 'interop');
const python = join(cache, 'python', 'bin', 'python');
const goProgram = join(cache, 'go-oauth2');
const secondsEach = 60;

const node = (file) => [process.execPath, file];
const programs = [
  { client: 'curl', run: ['sh', 'curl.sh'] },
  { client: 'openid-client', run: node('openid-client.js') },
  { client: 'oauth4webapi', run: node('oauth4webapi.js') },
  { client: 'simple-oauth2', run: node('simple-oauth2.js') },
  { client: 'axios-oauth-client', run: node('axios-oauth-client.js') },
  { client: 'golang.org/x/oauth2', run: [goProgram], build: ['go', 'build', '-C', 'go', '-o', goProgram, './main.go'] },
  { client: 'Authlib', run: [python, 'python/authlib_client.py'] },
  { client: 'requests-oauthlib', run: [python, 'python/requests_oauthlib_client.py'] },
  { client: 'jose', run: node('jose.js') },
  { client: 'offline-server', package: 'jose', run: node('resource-server/offline.check.js') },
  { client: 'introspecting-server', package: 'node', run: node('resource-server/introspecting.check.js') },
  // Needs nginx with njs, so it is run only when it is named.
  { client: 'nginx', run: node('gateways/nginx.check.js'), whenNamed: true },
];

const say = (line) => process.stdout.write(`interop: ${line}\n`);
const textOf = (...path) => readFileSync(join(interop, ...path), 'utf8');

/** What the machine has, without settings of ours; a proxy must not stand between client and server. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TALLYGATE_|TG_|NODE_ENV$)/.test(name))),
  NO_PROXY: 'localhost,127.0.0.1',
  no_proxy: 'localhost,127.0.0.1',
};

/** Runs to the end. Resolves to the exit code, 1 where there is none, and to everything that was written. */
const execute = ([command, ...args], { env = environment, seconds = 600 } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: interop, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    const impatience = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    const end = (code, text) => {
      clearTimeout(impatience);
      resolve({ code, output: `${Buffer.concat(chunks)}${text}` });
    };
    child.once('error', (error) => end(1, error.message));
    child.once('close', (code, signal) => end(code ?? 1, signal === null ? '' : `ended by ${signal}`));
  });

const mustExecute = async (command, what) => {
  say(what);
  const { code, output } = await execute(command);
  if (code !== 0) throw new Error(`${what} failed: ${command.join(' ')}\n${output}`);
  return output;
};

const install = async (chosen) => {
  mkdirSync(cache, { recursive: true });
  await mustExecute(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'installing the JavaScript clients');
  if (chosen.some(({ run: [command] }) => command === python)) await installPython();
  for (const { client, build } of chosen) if (build !== undefined) await mustExecute(build, `building ${client}`);
};

const installPython = async () => {
  const note = join(cache, 'python-requirements.txt');
  const wanted = textOf('python', 'requirements.txt');
  if (existsSync(python) && existsSync(note) && readFileSync(note, 'utf8') === wanted) return;
  await mustExecute(['python3', '-m', 'venv', join(cache, 'python')], 'making a Python virtual environment');
  const pip = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await mustExecute([...pip, '-r', 'python/requirements.txt'], 'installing the Python clients');
  writeFileSync(note, wanted);
};

/** The server as a newcomer has it, but for the ports. */
const startServer = async (folder) => {
  const main = join(repository, 'dist', 'main.js');
  if (!existsSync(main)) throw new Error('The server is not built: npm run build');
  const env = { ...environment, TALLYGATE_PORT: '0', TALLYGATE_MANAGEMENT_PORT: '0' };
  const child = spawn(process.execPath, [main], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  const stop = async () => {
    child.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`The server ended with ${code}.`);
  };
  const issuer = await new Promise((resolve, reject) => {
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      log += text;
      const ready = log.split('\n').find((line) => line.includes('"event":"first_start"'));
      if (ready !== undefined) resolve(/"issuer":"([^"]+)"/.exec(log)[1]);
    });
    void ended.then((code) => reject(new Error(`The server ended with ${code} before it was ready:\n${log}`)));
  });
  return { issuer, stop };
};

const variablesIn = (text) =>
  Object.fromEntries([...text.matchAll(/^(TG_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

/** What the programs are told: the server, the credentials, and its certificate in each language's own way. */
const settingsFor = async (folder, issuer) => {
  const pem = readFileSync(join(folder, '.tallygate', 'tls.pem'), 'utf8');
  const certificate = join(folder, 'certificate.pem');
  writeFileSync(certificate, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
  const env = {
    ...environment,
    TG_ISSUER: issuer,
    ...variablesIn(readFileSync(join(folder, '.tallygate', 'quickstart.env'), 'utf8')),
    NODE_EXTRA_CA_CERTS: certificate,
    CURL_CA_BUNDLE: certificate,
    REQUESTS_CA_BUNDLE: certificate,
    SSL_CERT_FILE: certificate,
  };
  say('registering an API');
  const { code, output } = await execute(['sh', 'resource-server/register.sh'], { env });
  if (code !== 0) throw new Error(`register.sh failed:\n${output}`);
  return { ...env, ...variablesIn(output) };
};

const versionIn = async (pattern, command) => pattern.exec((await execute(command)).output)?.[1];

const versionOf = async ({ client, package: name = client }) => {
  if (name === 'node') return process.versions.node;
  if (name === 'curl') return versionIn(/curl (\S+)/, ['curl', '--version']);
  if (name === 'nginx') return versionIn(/nginx\/(\S+)/, ['nginx', '-v']);
  const pins = [textOf('package.json'), textOf('go', 'go.mod'), textOf('python', 'requirements.txt')].join('\n');
  return new RegExp(`(?:"${name}": "|${name} v|^${name}==)([\\w.]+)`, 'm').exec(pins)?.[1];
};

const runAll = async (chosen, env) => {
  const results = [];
  for (const program of chosen) {
    const start = Date.now();
    const { code, output } = await execute(program.run, { env, seconds: secondsEach });
    const seconds = (Date.now() - start) / 1000;
    say(`${program.client}: ${code === 0 ? 'works' : `FAILED\n${output}`}`);
    results.push({ client: program.client, version: await versionOf(program), passed: code === 0, seconds });
  }
  return results;
};

const table = (results) => {
  const rows = results.map(({ client, version = '', passed, seconds }) => [
    client,
    version,
    passed ? 'works' : 'FAILED',
    `${seconds.toFixed(1)} s`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
};

const main = async (names) => {
  const chosen = programs.filter(({ client, whenNamed }) => (names.length === 0 ? !whenNamed : names.includes(client)));
  if (chosen.length < names.length) throw new Error(`Clients: ${programs.map(({ client }) => client).join(', ')}`);
  await install(chosen);
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-interop-'));
  try {
    say('starting the server');
    const server = await startServer(folder);
    let results;
    try {
      results = await runAll(chosen, await settingsFor(folder, server.issuer));
    } finally {
      await server.stop();
    }
    process.stdout.write(`\n${table(results)}\n`);
    if (results.some(({ passed }) => !passed)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

main(process.argv.slice(2)).catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
