// Does what the README and the pages of docs/ beside it say, literally and in their order, in a fresh clone of HEAD, and compares each
// answer with the JSON that follows its command there; `…` stands for any text, alone for any value. Exit status 0: everything is as written.
// With the name of one page only that one is done, after the README's start.
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
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

/** Each in a shell of its own, all against the server that the README's first block starts. */
const pages = ['README.md', 'docs/administration.md', 'docs/tokens.md', 'docs/statistics.md', 'docs/operations.md'];

/** Marked blocks of a page: name, commands, and the JSON answers where some follow. */
const blocksOf = (text) =>
  [...text.matchAll(/<!-- quickstart:(\w+) -->\n```sh\n(.*?)\n```(?:\n```json\n(.*?)\n```)?/gs)].map(
    ([, name, commands, json]) => ({ name, commands, expected: json === undefined ? undefined : valuesOf(json) }),
  );

/** JSON values, one after the other. */
const valuesOf = (text) => {
  const { status, stdout } = spawnSync('jq', ['-s', '.'], { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error(`no JSON, or no jq to read it: ${text}`);
  return JSON.parse(stdout);
};

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

/** One shell for all blocks of a page: a later one uses what an earlier one has set. A group of its own: what it left running ends with it. */
const openShell = (cwd) => {
  const shell = spawn('sh', [], { cwd, env: environment, detached: true, stdio: ['pipe', 'pipe', 2] });
  const ended = new Promise((resolve) => shell.once('exit', resolve));
  const close = async () => {
    shell.stdin.end();
    await ended;
    try {
      process.kill(-shell.pid, 'SIGKILL');
    } catch {
      // nothing was left
    }
  };
  return { execute: (commands) => executeIn(shell, commands), close };
};

/** What the commands print, once they have ended well. */
const executeIn = (shell, commands) =>
  new Promise((resolve, reject) => {
    const chunks = [];
    const impatience = setTimeout(() => reject(new Error('A block did not end within a minute.')), 60_000);
    const take = (chunk) => {
      chunks.push(chunk);
      const [, output, status] = endOfBlock.exec(Buffer.concat(chunks).toString()) ?? [];
      if (status === undefined) return;
      clearTimeout(impatience);
      shell.stdout.off('data', take);
      if (status === '0') resolve(output.trim());
      else reject(new Error(`A block ended with ${status}: ${commands}`));
    };
    shell.stdout.on('data', take);
    shell.stdin.write(`${commands}\nstatus=$?; echo; echo "--- end of block, status $status"\n`);
  });

const endOfBlock = /^(.*)--- end of block, status (\d+)\n/s;

const matches = (expected, actual) => {
  if (expected === '…') return actual !== undefined && actual !== null;
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
  const answer = valuesOf(output);
  if (!matches(expected, answer)) {
    throw new Error(`${name}: the page says ${JSON.stringify(expected)}, the server ${JSON.stringify(answer)}`);
  }
  say(`${name}: as written`);
};

const follow = async (blocks, cwd) => {
  const shell = openShell(cwd);
  try {
    for (const block of blocks) {
      const output = await shell.execute(block.commands);
      if (block.expected !== undefined) compare(block, output);
    }
  } finally {
    await shell.close();
  }
};

const followAll = async ([[start, ...first], ...others], cwd) => {
  const server = await startServer(start.commands, cwd);
  try {
    await waitUntilReady(server);
    say('ready');
    for (const blocks of [first, ...others]) await follow(blocks, cwd);
  } finally {
    await server.stop();
  }
};

/** Of the pages that are asked for, the README's start first. */
const blocksToDo = (clone, asked) => {
  const all = pages.map((page) => ({ page, blocks: blocksOf(readFileSync(join(clone, page), 'utf8')) }));
  if (all[0].blocks[0]?.name !== 'start') throw new Error('The README does not begin with a start.');
  for (const { page, blocks } of all) if (blocks.length < 2) throw new Error(`${page} has no marked blocks.`);
  if (asked === undefined) return all.map(({ blocks }) => blocks);
  return [all[0].blocks.slice(0, 1), ...all.filter(({ page }) => page === asked).map(({ blocks }) => blocks)];
};

const main = async () => {
  await requireFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-quickstart-'));
  try {
    const clone = join(folder, 'tallygate');
    say('git clone');
    await run('git', ['clone', '--quiet', repository, clone], folder);
    const blocks = blocksToDo(clone, process.argv[2]);
    await followAll(blocks, clone);
    say(`${blocks.flat().length} blocks work as written`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

main().catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
