import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';

const run = promisify(execFile);

it(
  'puts the management API off while too few descriptors are left to load it, and loads it with a later request',
  async () => {
    const dist = dirname(await builtProgram());
    const folder = await mkdtemp(join(tmpdir(), 'tallygate-load-'));
    const child = [process.execPath, resolve('test/start/load-without-descriptors.mjs'), dist, folder];
    const { stdout } = await run('/bin/sh', ['-c', 'ulimit -n 300 && exec "$0" "$@"', ...child]);
    expect(stdout.split('\n')).toEqual(['EMFILE', 'management_api_put_off', '503 1', '401 undefined', '']);
    await rm(folder, { recursive: true });
  },
  buildMillis,
);
