import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openTestStore, type TestStore } from '../support/test-store.js';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

const event = (id: string) => ({ id, at: 1, actor: 'a', action: 'x', outcome: 'ok', requestId: 'r' });

it('counts, buries and erases registrations', async () => {
  const { store, clock } = opened;
  const at = clock.now();
  const record = (userId: string, environment: 'PRODUCTION' | 'SANDBOX' = 'PRODUCTION') =>
    store.registrations.record({ applicationId: 'app', environment, userId, at });
  expect(await Promise.all(Array.from({ length: 64 }, () => record('usr_1')))).toContain('first');
  expect(await record('usr_1', 'SANDBOX')).toBe('first');
  await store.users.create({ id: 'usr_1', username: 'u', enabled: true, epoch: 0, createdAt: at }, event('e1'));
  const snapshot = await store.openSnapshot();
  const total = await snapshot.registrations.histogram({ applicationIds: ['app'], boundaries: [snapshot.asOf] });
  expect(total.get('app')).toEqual([{ registered: 1, erased: 0 }]);
  await store.users.erase('usr_1', event('e2'));
  const after = await store.openSnapshot();
  const b = [at - 86_400_000 * 400, at, after.asOf];
  expect((await after.registrations.histogram({ applicationIds: ['app'], boundaries: b })).get('app')).toEqual([
    { registered: 0, erased: 0 },
    { registered: 0, erased: 0 },
    { registered: 0, erased: 1 },
  ]);
  expect(await after.registrations.compareKept({ applicationId: 'app', from: 0, to: at + 1e9 })).toMatchObject([
    { quartersAgree: true },
  ]);
  expect((await snapshot.registrations.histogram({ applicationIds: ['app'], boundaries: b })).get('app')).toEqual([
    { registered: 0, erased: 0 },
    { registered: 0, erased: 0 },
    { registered: 1, erased: 0 },
  ]);
  await snapshot.close();
  await after.close();
  expect(store.description).toBe('sqlite 3.53.0');
  expect(await store.sweep(at)).toBe(0);
});
