import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Store } from '../src/store/port/store.js';
import { StoreUnavailable } from '../src/store/port/store.js';
import { createUsageNotes } from '../src/usage-notes.js';
import { openTestStore, type TestStore } from './support/test-store.js';

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
});
afterEach(() => opened.close());

const hour = 3_600_000;

it('brings the last use of each id to the store, to the hour', async () => {
  const { store } = opened;
  const usage = createUsageNotes(store);
  usage.note('ks_1', 10 * hour + 5);
  usage.note('ks_1', 10 * hour + 9);
  usage.note('sec_1', 11 * hour + 7);
  usage.note('ks_1', 9 * hour);
  await usage.flush();
  expect(await store.usage.find(['ks_1', 'sec_1'])).toEqual(
    new Map([
      ['ks_1', 10 * hour],
      ['sec_1', 11 * hour],
    ]),
  );
});

it('writes an id once an hour', async () => {
  let writes = 0;
  const record: Store['usage']['record'] = (uses) => {
    writes += uses.length;
    return opened.store.usage.record(uses);
  };
  const usage = createUsageNotes({ ...opened.store, usage: { ...opened.store.usage, record } });
  for (let minute = 0; minute < 120; minute += 1) {
    usage.note('ks_1', minute * 60_000);
    await usage.flush();
  }
  expect(writes).toBe(2);
});

it('keeps what could not be written for the next time', async () => {
  let isAway = true;
  const record: Store['usage']['record'] = (uses) =>
    isAway ? Promise.reject(new StoreUnavailable(undefined)) : opened.store.usage.record(uses);
  const usage = createUsageNotes({ ...opened.store, usage: { ...opened.store.usage, record } });
  for (let index = 0; index < 1200; index += 1) usage.note(`ks_${index}`, hour);
  await expect(usage.flush()).rejects.toThrow(StoreUnavailable);
  isAway = false;
  await usage.flush();
  expect((await opened.store.usage.find(Array.from({ length: 1200 }, (_, index) => `ks_${index}`))).size).toBe(1200);
});
