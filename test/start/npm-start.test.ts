import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { startByNpm, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('a signal', () => {
  let npm: ServerProcess;
  /** Of npm and of what it started. */
  const signalGroup = (signal: NodeJS.Signals): boolean => process.kill(-npm.pid, signal);
  beforeEach(async () => {
    npm = await startByNpm(folder.path);
  });
  afterEach(async () => {
    try {
      signalGroup('SIGKILL');
    } catch {
      // nothing is left of it
    }
    await npm.ended;
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s to npm start ends the server, and both with 0', async (signal) => {
    await npm.logged('ready');
    npm.kill(signal);
    expect(await npm.ended).toBe(0);
    expect(npm.output()).toContain('"event":"stopped"');
    expect(() => signalGroup('SIGCONT')).toThrow('ESRCH');
  });

  it('of a terminal, which reaches the server twice, lets it finish', async () => {
    await npm.logged('ready');
    signalGroup('SIGINT');
    expect(await npm.ended).toBe(0);
    expect(npm.output()).toContain('"event":"stopped"');
  });
});

describe('without a compiler', () => {
  const build = (): { readonly status: number | null; readonly stderr: string } => {
    cpSync('scripts/build-for-start.mjs', join(folder.path, 'scripts', 'build-for-start.mjs'));
    return spawnSync(process.execPath, ['scripts/build-for-start.mjs'], { cwd: folder.path, encoding: 'utf8' });
  };

  it('starts what was built before', () => {
    mkdirSync(join(folder.path, 'dist'));
    writeFileSync(join(folder.path, 'dist', 'main.js'), '');
    expect(build()).toMatchObject({ status: 0, stderr: '' });
  });

  it('says how to build when nothing was', () => {
    const { status, stderr } = build();
    expect(status).toBe(78);
    expect(stderr).toMatch(/^ {4}npm ci --include=dev && npm run build$/m);
  });
});
