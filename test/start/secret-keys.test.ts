import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { StartRefused } from '../../src/configuration/problem.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import { checkSecretKeys } from '../../src/start/secret-keys.js';
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
