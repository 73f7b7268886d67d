import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const lock = '.cache/build.lock';
const stamp = '.cache/built';

/** How long a build may take on a busy machine, for the `beforeAll` that waits for it. */
export const buildMillis = 180_000;

/** Path of the built program; builds it when a source is newer. One test file builds, the others wait for it. */
export const builtProgram = (): Promise<string> => (built ??= builtLater());

let built: Promise<string> | undefined;

const builtLater = async (): Promise<string> => {
  mkdirSync('.cache', { recursive: true });
  const newest = newestSource();
  while (modified(stamp) < newest || modified('dist/main.js') === 0) {
    if (takeLock()) await build();
    else await pause(200);
  }
  return resolve('dist/main.js');
};

const build = async (): Promise<void> => {
  const start = new Date();
  try {
    // Type errors are the business of `npm run check:types`: the compiler writes its output all the same.
    await run('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json']).catch((error: unknown) => error);
    writeFileSync(stamp, '');
    utimesSync(stamp, start, start);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
};

/** A lock older than any build was left behind by a run that was killed. */
const takeLock = (): boolean => {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (Date.now() - modified(lock, Date.now()) > buildMillis) rmSync(lock, { recursive: true, force: true });
    return false;
  }
};

const newestSource = (): number =>
  Math.max(
    ...readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => modified(join('src', name))),
  );

const modified = (path: string, otherwise = 0): number =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? otherwise;
