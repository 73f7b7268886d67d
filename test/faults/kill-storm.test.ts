import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';

beforeAll(() => builtProgram(), buildMillis);

const run = promisify(execFile);
const stores = ['sqlite', ...(process.env['TALLYGATE_TEST_MONGODB_URL'] === undefined ? [] : ['mongodb'])];

it.each(stores)(
  'nothing that was acknowledged is lost or comes back when a server on %s is killed (S3)',
  async (store) => {
    const environment = { ...process.env, NODE_OPTIONS: '' };
    const storm = run(process.execPath, ['scripts/kill-storm.mjs', '4', store], { env: environment });
    // With violations it ends by 1, and prints them all the same.
    const { stdout } = await storm.catch((failed: unknown) => failed as { readonly stdout: string });
    const { violations, found, acknowledged } = JSON.parse(stdout);
    expect({ violations, found }).toEqual({ violations: 0, found: [] });
    expect(acknowledged.login).toBeGreaterThan(10);
  },
  120_000,
);
