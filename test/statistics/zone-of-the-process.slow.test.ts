import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';

const run = promisify(execFile);

const answersIn = async (dist: string, zone: string): Promise<{ clock: number; answers: unknown[] }> => {
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-zone-'));
  const command = [resolve('test/statistics/figures-child.mjs'), dist, join(folder, 'tallygate.db')];
  const environment = { ...process.env, TZ: zone, LANG: 'ne_NP.UTF-8', NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, command, { env: environment, maxBuffer: 64 * 1024 * 1024 });
  await rm(folder, { recursive: true, force: true });
  return JSON.parse(stdout);
};

it(
  'a server answers the same whatever time zone its process has',
  async () => {
    const dist = dirname(await builtProgram());
    const [utc, ...others] = await Promise.all(
      ['UTC', 'Asia/Kathmandu', 'America/St_Johns'].map((zone) => answersIn(dist, zone)),
    );
    expect(utc!.answers.length).toBeGreaterThan(100);
    expect(new Set([utc, ...others].map((one) => one!.clock)).size).toBe(3);
    for (const other of others) expect(other.answers).toEqual(utc!.answers);
  },
  buildMillis + 60_000,
);
