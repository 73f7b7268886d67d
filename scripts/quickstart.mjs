// Does what the README says, literally and in its order, in a fresh clone of HEAD, and compares each answer with the JSON that
// follows its command there; `…` stands for any text. Exit status 0: everything is as written.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';

const port = 8243;
const repository = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stdout.write(`quickstart: ${line}\n`);

/** Marked blocks of the README: name, commands, and the JSON answer where one follows. */
const blocksOf = (readme) =>
  [...readme.matchAll(/<!-- quickstart:(\w+) -->\n```sh\n(.*?)\n```(?:\n```json\n(.*?)\n```)?/gs)].map(
    ([, name, commands, json]) => ({ name, commands, expected: json === undefined ? undefined : JSON.parse(json) }),
  );

/** What a person has who has just cloned: none of our settings. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('TALLYGATE_') && name !== 'NODE_ENV'),
);

const run = (command, args, cwd) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });

const requireFreePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new Error(`Port ${port} is taken, and the README uses it: free it and try again.`)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(resolve));
  });

/** Starts the last line of a block behind the others; in a group of its own, so that all of it can be stopped. */
const startServer = async (commands, cwd) => {
  const lines = commands.split('\n');
  for (const line of lines.slice(0, -1)) {
    say(line);
    await run('sh', ['-c', line], cwd);
  }
  say(lines.at(-1));
  const child = spawn('sh', ['-c', lines.at(-1)], { cwd, env: environment, detached: true, stdio: ['ignore', 2, 2] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    const impatience = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 20_000);
    await ended;
    clearTimeout(impatience);
  };
  return { stop, hasEnded: () => child.exitCode !== null };
};

const isReady = () =>
  new Promise((resolve) => {
    const request = get(`https://localhost:${port}/readyz`, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });

const waitUntilReady = async (server) => {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (server.hasEnded()) throw new Error('The server ended.');
    if (await isReady()) return;
    await pause(200);
  }
  throw new Error('The server was not ready within two minutes.');
};

/** One shell for all blocks: a later one uses what an earlier one has set. */
const openShell = (cwd) => {
  const shell = spawn('sh', [], { cwd, env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const mark = '--- end of block ---';
  const execute = (commands) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      const impatience = setTimeout(() => reject(new Error('A block did not end within a minute.')), 60_000);
      const take = (chunk) => {
        chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        const end = text.indexOf(mark);
        if (end === -1) return;
        clearTimeout(impatience);
        shell.stdout.off('data', take);
        resolve(text.slice(0, end).trim());
      };
      shell.stdout.on('data', take);
      shell.stdin.write(`${commands}\necho; echo '${mark}'\n`);
    });
  return { execute, close: () => shell.stdin.end() };
};

const matches = (expected, actual) => {
  if (typeof expected === 'string') {
    const pattern = expected.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return typeof actual === 'string' && new RegExp(`^${pattern.join('.*')}$`, 's').test(actual);
  }
  if (typeof expected !== 'object' || expected === null) return expected === actual;
  if (typeof actual !== 'object' || actual === null) return false;
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].every((name) => name in expected && name in actual && matches(expected[name], actual[name]));
};

const compare = ({ name, expected }, output) => {
  let answer;
  try {
    answer = JSON.parse(output);
  } catch {
    throw new Error(`${name}: the answer is no JSON: ${output}`);
  }
  if (!matches(expected, answer)) {
    throw new Error(`${name}: the README says ${JSON.stringify(expected)}, the server ${JSON.stringify(answer)}`);
  }
  say(`${name}: as written`);
};

const follow = async ([start, ...blocks], cwd) => {
  const server = await startServer(start.commands, cwd);
  const shell = openShell(cwd);
  try {
    await waitUntilReady(server);
    say('ready');
    for (const block of blocks) {
      const output = await shell.execute(block.commands);
      if (block.expected !== undefined) compare(block, output);
    }
  } finally {
    shell.close();
    await server.stop();
  }
};

const main = async () => {
  await requireFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-quickstart-'));
  try {
    const clone = join(folder, 'tallygate');
    say('git clone');
    await run('git', ['clone', '--quiet', repository, clone], folder);
    const blocks = blocksOf(readFileSync(join(clone, 'README.md'), 'utf8'));
    if (blocks.length < 2 || blocks[0].name !== 'start') throw new Error('The README has no marked blocks.');
    await follow(blocks, clone);
    say(`${blocks.length} blocks of the README work as written`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

main().catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
