import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/port/store.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { turnsDuring } from '../support/turns.js';
import { eventOf } from './registration-reading.js';
import { accessTokenOf, createdAt, familyOf, userOf } from './samples.js';

const user = userOf('usr_1');
const logins = 1000;

/** One that signs in once a minute has so many families after a day. */
let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
  const { users, tokens, activity } = opened.store;
  await users.create(user, eventOf('evt_1'));
  const of = { applicationId: 'app_1', userId: user.id, epochs: { client: 0, grant: 0, user: user.epoch } };
  const each = Array.from({ length: logins }, (_, index) => index);
  await Promise.all(
    each.map((index) => tokens.open(familyOf(`fam_${index}`, of), accessTokenOf(`digest_${index}`, of))),
  );
  const days = each.map((day) => {
    const { applicationId, userId } = of;
    return { applicationId, userId, environment: 'PRODUCTION' as const, day, quarters: [1] };
  });
  await activity.record({ tallies: [], users: days });
});
afterEach(() => opened.close());

it('ends the many families of a user whose password is new some at a time', async () => {
  const { users, tokens } = opened.store;
  const change = { password: { hash: 'new', at: createdAt + 1 } };
  expect(await turnsDuring(() => users.update(user.id, change, eventOf('evt_2')))).toBeGreaterThanOrEqual(5);
  for (const id of ['fam_0', 'fam_999'])
    expect(await tokens.findFamily(id)).toMatchObject({ revokedAt: createdAt + 1 });
});

it('deletes the much that is kept of an erased user some at a time, and all of it', async () => {
  expect(await turnsDuring(() => opened.store.users.erase(user.id, eventOf('evt_2')))).toBeGreaterThanOrEqual(9);
  expect(await remains(opened.store)).toEqual(nothing);
});

it('takes nothing from a user before the write that makes him unknown, and shows nothing of him behind it', async () => {
  const { users, tokens } = opened.store;
  const erasing = users.erase(user.id, eventOf('evt_2'));
  const seen = new Set<string>();
  for (let isOver = false; !isOver;) {
    // Asked for in one turn of the event loop, in which nothing is written.
    const [found, families, active] = await Promise.all([
      users.find(user.id),
      tokens.pageFamilies({ applicationId: 'app_1' }, { first: logins }),
      activeUsers(opened.store),
    ]);
    seen.add(JSON.stringify({ isThere: found !== undefined, families: families.items.length, active }));
    isOver = await Promise.race([erasing.then(() => true), setImmediate(false)]);
  }
  expect([...seen].sort()).toEqual([
    JSON.stringify({ isThere: false, families: 0, active: 0 }),
    JSON.stringify({ isThere: true, families: logins, active: 1 }),
  ]);
});

it('finishes an erasure that was cut off', async () => {
  const { clock, store } = opened;
  const erasing = store.users.erase(user.id, eventOf('evt_2'));
  await setImmediate();
  const again = await opened.reopen();
  expect(await erasing).toBe('erased');
  expect(await again.users.find(user.id)).toBeUndefined();
  expect(await again.tokens.findFamily('fam_999')).toBeDefined();
  while ((await again.sweep(clock.now())) > 0);
  expect(await remains(again)).toEqual(nothing);
});

const nothing = { user: undefined, families: [undefined, undefined], accessToken: undefined, active: 0 };

const remains = async (store: Store) => ({
  user: await store.users.find(user.id),
  families: await Promise.all(['fam_0', 'fam_999'].map((id) => store.tokens.findFamily(id))),
  accessToken: await store.tokens.findAccessToken('digest_500', createdAt),
  active: await activeUsers(store),
});

const activeUsers = async (store: Store): Promise<number | undefined> => {
  const snapshot = await store.openSnapshot();
  const ranges = [{ from: 0, to: logins * 86_400_000 }];
  const [active] = await snapshot.activity.activeUsers({ applicationId: 'app_1', ranges });
  await snapshot.close();
  return active;
};
