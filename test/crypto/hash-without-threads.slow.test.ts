import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';

const run = promisify(execFile);

/** What came of a password while something was lacking, and afterwards. */
const outcomes = async (...lacking: readonly string[]): Promise<readonly string[]> => {
  const folder = dirname(await builtProgram());
  const child = [process.execPath, resolve('test/crypto/hash-without-threads.mjs'), folder, ...lacking];
  const { stdout } = await run('/bin/sh', ['-c', 'ulimit -n 200 && exec "$0" "$@"', ...child]);
  return stdout.trimEnd().split('\n');
};

it(
  'puts passwords off while there is too little memory for a thread',
  async () => {
    expect(await outcomes('memory')).toEqual(['HashQueueFull true', '$argon2id']);
  },
  buildMillis,
);

it(
  'puts passwords off while there are too few descriptors for a thread, or for what it reads',
  async () => {
    const without = new Set<string | undefined>();
    for (let left = 0; left <= 8; left += 1) {
      const [first, later] = await outcomes('descriptors', `${left}`);
      expect(later).toBe('$argon2id');
      if (left === 0) expect(first).toBe('HashQueueFull true');
      without.add(first);
    }
    expect(without).toEqual(new Set(['HashQueueFull true', '$argon2id']));
  },
  buildMillis,
);
