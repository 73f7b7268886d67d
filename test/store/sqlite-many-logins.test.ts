import { afterEach, beforeEach, expect, it } from '@jest/globals';
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
  const { users, tokens } = opened.store;
  expect(await turnsDuring(() => users.erase(user.id, eventOf('evt_2')))).toBeGreaterThanOrEqual(9);
  expect(await users.find(user.id)).toBeUndefined();
  for (const id of ['fam_0', 'fam_999']) expect(await tokens.findFamily(id)).toBeUndefined();
  expect(await tokens.findAccessToken('digest_500', createdAt)).toBeUndefined();
  const snapshot = await opened.store.openSnapshot();
  const ranges = [{ from: 0, to: logins * 86_400_000 }];
  expect(await snapshot.activity.activeUsers({ applicationId: 'app_1', ranges })).toEqual([0]);
  await snapshot.close();
});
