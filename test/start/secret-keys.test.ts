import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { StartRefused } from '../../src/configuration/problem.js';
import { isGuessable } from '../../src/crypto/guessable-key.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import { checkSecretKeys, secretKeysOf } from '../../src/start/secret-keys.js';
import { recordingLog } from '../support/recording-log.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { secretKey } from '../support/secret-key.js';

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
});
afterEach(() => opened.close());

const start = (...numbers: readonly number[]): Promise<void> =>
  checkSecretKeys(opened.store, createKeyring(numbers.map((number) => secretKey(number))));

it('takes the key of the first start again, and no other', async () => {
  await start(1);
  await start(1);
  await expect(start(2)).rejects.toThrow(StartRefused);
  await start(1);
});

it('takes a new first key beside the old one, and then alone', async () => {
  await start(1);
  await start(2, 1);
  await start(2);
  await expect(start(1)).rejects.toThrow(StartRefused);
});

it('takes the old order back as long as both are there', async () => {
  await start(1);
  await start(2, 1);
  await start(1, 2);
  await start(1);
  await expect(start(2)).rejects.toThrow(StartRefused);
});

it('lets one of many first starts decide', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 64 }, (_, index) => start(index + 1)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

const eventsOf = async (keys: string): Promise<readonly string[]> => {
  const environment = { TALLYGATE_SECRET_KEY: keys };
  const { log, logged } = recordingLog();
  secretKeysOf(await readConfig({ argv: [], folder: import.meta.dirname, environment }), log);
  return logged.map(({ event }) => event);
};

const sixteen = randomBytes(16);

it.each([
  ['one character again and again', 'A'.repeat(43)],
  ['a word again and again', `${'changeme'.repeat(6).slice(0, 42)}A`],
  ['one byte again and again', Buffer.alloc(32, 0x41).toString('base64url')],
  ['sixteen bytes twice', Buffer.concat([sixteen, sixteen]).toString('base64url')],
  ['bytes that count', Buffer.from([...Array(32).keys()]).toString('base64url')],
  ['one in front of a good one', `${'x'.repeat(42)}A,${secretKey().reveal()}`],
])('warns of a key that nobody drew: %s', async (_, keys) => {
  expect(await eventsOf(keys)).toEqual(['secret_key_guessable']);
});

it('does not warn of such a key behind a good one, nor of any random one', async () => {
  expect(await eventsOf(`${secretKey().reveal()},${'A'.repeat(43)}`)).toEqual([]);
  for (let round = 0; round < 1000; round += 1) expect(isGuessable(secretKey())).toBe(false);
});
