// A MongoDB-wire engine for tests: `node scripts/mongodb-engine.mjs run -- <command…>` runs the command with
// TALLYGATE_TEST_MONGODB_URL set. Where the variable is set already, that server is used and nothing is started.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

const variable = 'TALLYGATE_TEST_MONGODB_URL';
const release = 'SecantusDB==0.7.0b3';
const environment = fileURLToPath(new URL('../.cache/mongodb-engine', import.meta.url));
const tool = (name) => join(environment, 'bin', name);
const say = (line) => process.stderr.write(`mongodb-engine: ${line}\n`);

/** Runs to the end; resolves to the exit code, 1 when a signal ended it. */
const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['inherit', 2, 2], ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });

const mustRun = async (command, args) => {
  const code = await run(command, args);
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}`);
};

const install = async () => {
  const note = join(environment, 'installed');
  if (existsSync(note) && readFileSync(note, 'utf8') === release) return;
  say('making a Python virtual environment');
  await mustRun('python3', ['-m', 'venv', environment]);
  say(`installing ${release}; this happens once`);
  await mustRun(tool('python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--pre', release]);
  await writeFile(note, release);
};

/** OP_MSG with the BSON document { hello: 1, $db: 'admin' }: the one question that needs no driver. */
const hello = () => {
  const body = Buffer.from('\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0', 'latin1');
  const message = Buffer.alloc(25 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(1, 4);
  message.writeInt32LE(2013, 12);
  message.writeInt32LE(body.length + 4, 21);
  body.copy(message, 25);
  return message;
};

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () => socket.write(hello()));
    for (const event of ['data', 'error', 'timeout', 'close'])
      socket.once(event, () => socket.destroy() && resolve(event === 'data'));
  });

const stopped = (child) =>
  new Promise((resolve) => ((child.exitCode ?? child.signalCode) === null ? child.once('exit', resolve) : resolve()));

/** Keeps no more history than change streams would want, which nobody opens here: it makes writes slower. */
const settings = ['--host', '127.0.0.1', '--log-level', 'ERROR', '--oplog-max-entries', '1000'];

const launch = async ({ port, directory, flags }) => {
  const args = [...settings, '--port', `${port}`, '--storage-path', directory, ...flags];
  const child = spawn(tool('secantusd-py'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let attempt = 0; attempt < 150 && child.exitCode === null; attempt++) {
    if (await answers(port)) return child;
    await pause(200);
  }
  await end(child, 'SIGKILL');
  throw new Error('the MongoDB engine did not start');
};

const end = async (child, signal) => {
  child.kill(signal);
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await stopped(child);
  clearTimeout(impatience);
};

/**
 * Starts the engine on a free port over a fresh directory. `stop` ends it and removes the directory. In between `kill` ends it at once, and
 * `restart` starts it on the same port and directory again; `freeze` lets it neither answer nor refuse until `thaw`.
 */
export const startEngine = async (flags = []) => {
  await install();
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'tallygate-mongodb-'));
  let child;
  const restart = async () => {
    child = await launch({ port, directory, flags });
  };
  const stop = async () => {
    if (child !== undefined) await end(child, 'SIGTERM');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await restart();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `mongodb://127.0.0.1:${port}`,
    kill: () => end(child, 'SIGKILL'),
    restart,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop,
  };
};

const main = async ([verb, separator, command, ...args]) => {
  if (verb !== 'run' || separator !== '--' || command === undefined) {
    say('usage: node scripts/mongodb-engine.mjs run -- <command…>');
    return 64;
  }
  if (process.env[variable]) return run(command, args, { stdio: 'inherit' });
  const engine = await startEngine();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); // the command gets it too; the engine is stopped after it
  try {
    return await run(command, args, { stdio: 'inherit', env: { ...process.env, [variable]: engine.url } });
  } finally {
    await engine.stop();
  }
};

/** Whether this file was started and not imported, be it by another name. */
const isProgram = existsSync(process.argv[1] ?? '') && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exitCode = await main(process.argv.slice(2));
