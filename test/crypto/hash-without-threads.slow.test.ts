import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';

const run = promisify(execFile);

it.each(['descriptors', 'memory'])(
  'puts passwords off while the process has too few %s for a thread',
  async (lacking) => {
    const folder = dirname(await builtProgram());
    const child = [process.execPath, resolve('test/crypto/hash-without-threads.mjs'), folder, lacking];
    const { stdout } = await run('/bin/sh', ['-c', 'ulimit -n 200 && exec "$0" "$@"', ...child]);
    expect(stdout.split('\n')).toEqual(['HashQueueFull true', '$argon2id', '']);
  },
  buildMillis,
);
