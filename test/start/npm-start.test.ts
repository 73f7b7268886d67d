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
