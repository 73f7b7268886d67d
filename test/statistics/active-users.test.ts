import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { quarterOf, utcDayOf } from '../../src/model/quarter-hour.js';
import { timeZone } from '../../src/model/time-zone.js';
import { activeUsers, activeUsersSeries } from '../../src/statistics/active-users.js';
import type { ActiveUsersAt, ActiveWindow } from '../../src/statistics/active-users.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { addApplication, addUser, at, erase, inSnapshot, periodOf } from './fixture.js';

let opened: TestStore;
let applicationId: string;

const seen: readonly (readonly [user: string, instant: string, environment: 'PRODUCTION' | 'SANDBOX'])[] = [
  ['ada', '2026-01-15T11:59:00Z', 'PRODUCTION'],
  ['ada', '2026-01-15T11:50:00Z', 'SANDBOX'],
  ['ada', '2026-01-14T23:59:00Z', 'PRODUCTION'],
  ['bob', '2026-01-14T18:14:59Z', 'PRODUCTION'],
  ['bob', '2026-01-09T00:00:00Z', 'PRODUCTION'],
  ['cleo', '2026-01-08T23:59:59Z', 'SANDBOX'],
  ['dan', '2025-12-17T00:00:00Z', 'PRODUCTION'],
  ['eve', '2025-12-16T23:59:59Z', 'PRODUCTION'],
  ['gone', '2026-01-15T10:00:00Z', 'PRODUCTION'],
];

/** Noon of 15 January 2026 is now. */
beforeAll(async () => {
  opened = await openTestStore();
  applicationId = (await addApplication(opened.store, 'Orchard')).id;
  const ids = new Map<string, string>();
  for (const [user] of seen) if (!ids.has(user)) ids.set(user, await addUser(opened.store, user));
  await opened.store.activity.record({
    tallies: [],
    users: seen.map(([user, instant, environment]) => ({
      applicationId,
      environment,
      userId: ids.get(user)!,
      day: utcDayOf(at(instant)),
      quarters: [quarterOf(at(instant))],
    })),
  });
  await erase(opened.store, ids.get('gone')!);
});

afterAll(() => opened.close());

const count = (
  window: ActiveWindow,
  { zone = 'UTC', environment, ...rest }: { zone?: string; environment?: 'SANDBOX'; date?: string } = {},
) => {
  const when: ActiveUsersAt = { ...rest, timeZone: timeZone(zone, 'timeZone') };
  const of = { applicationId, ...(environment === undefined ? {} : { environment }) };
  return inSnapshot(opened.store, (cut) => activeUsers(cut, of, { window, ...when }));
};

describe('active users', () => {
  test.each([
    { window: 'daily' as const, ask: {}, users: 1 },
    { window: 'weekly' as const, ask: {}, users: 2 },
    { window: 'monthly' as const, ask: {}, users: 4 },
    { window: 'daily' as const, ask: { environment: 'SANDBOX' as const }, users: 1 },
    { window: 'daily' as const, ask: { date: '2026-01-14' }, users: 2 },
    { window: 'weekly' as const, ask: { date: '2026-01-14' }, users: 3 },
    { window: 'monthly' as const, ask: { date: '2026-01-14' }, users: 5 },
    { window: 'daily' as const, ask: { date: '2026-01-14', zone: 'Asia/Kathmandu' }, users: 1 },
    { window: 'daily' as const, ask: { zone: 'Asia/Kathmandu' }, users: 1 },
    { window: 'daily' as const, ask: { date: '1970-01-01' }, users: 0 },
    { window: 'monthly' as const, ask: { date: '1970-01-01', zone: 'Pacific/Kiritimati' }, users: 0 },
    { window: 'monthly' as const, ask: { date: '2011-12-30', zone: 'Pacific/Apia' }, users: 0 },
  ])('$window, asked $ask, are $users', async ({ window, ask, users }) => {
    expect(await count(window, ask)).toBe(users);
  });

  test.each([
    '2026-01-16',
    '9999-12-31',
    '1969-12-31',
    '2026-02-30',
    '2026-1-1',
    '',
    'today',
    '2026-01-15T00:00:00Z',
    '+002026-01-01',
  ])('are refused for the date "%s"', async (date) => {
    await expect(count('daily', { date })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'date' });
  });

  it('know the day of the zone: tomorrow has begun in Kiritimati', async () => {
    expect(await count('daily', { date: '2026-01-16', zone: 'Pacific/Kiritimati' })).toBe(1);
    expect(await count('daily', { zone: 'Etc/GMT+12' })).toBe(0);
  });

  it('end today with the last millisecond of today', async () => {
    const late = await openTestStore();
    late.clock.set(at('2026-01-15T23:59:59.999Z'));
    const ask = (date: string) =>
      inSnapshot(late.store, (cut) =>
        activeUsers(cut, { applicationId }, { window: 'daily', date, timeZone: timeZone('UTC', 'timeZone') }),
      );
    await expect(ask('2026-01-16')).rejects.toMatchObject({ field: 'date' });
    late.clock.advance(1);
    expect(await ask('2026-01-16')).toBe(0);
    await late.close();
  });

  it('by bucket count in each bucket, empty and future ones included', async () => {
    const series = await inSnapshot(opened.store, (cut) =>
      activeUsersSeries(
        cut,
        { applicationId },
        periodOf('DAY', 'UTC', ['2026-01-13T00:00:00Z', '2026-01-17T00:00:00Z']),
      ),
    );
    expect(series.map(({ date, activeUsers: users, complete }) => [date, users, complete])).toEqual([
      ['2026-01-13', 0, true],
      ['2026-01-14', 2, true],
      ['2026-01-15', 1, false],
      ['2026-01-16', 0, false],
    ]);
  });

  it('count in a bucket that begins at the instant of the reading', async () => {
    const opening = await openTestStore();
    const { store, clock } = opening;
    const early = await addApplication(store, 'Early');
    const midnight = at('2026-01-16T00:00:00Z');
    clock.set(midnight);
    const activity = {
      applicationId: early.id,
      environment: 'PRODUCTION' as const,
      userId: await addUser(store, 'ada'),
    };
    await store.activity.record({ tallies: [], users: [{ ...activity, day: utcDayOf(midnight), quarters: [0] }] });
    const period = periodOf('DAY', 'UTC', ['2026-01-15T00:00:00Z', '2026-01-17T00:00:00Z']);
    const series = await inSnapshot(store, (cut) => activeUsersSeries(cut, { applicationId: early.id }, period));
    expect(series).toMatchObject([
      { activeUsers: 0, complete: true },
      { activeUsers: 1, complete: false },
    ]);
    await opening.close();
  });

  it('of the future alone are none', async () => {
    const period = periodOf('MONTH', 'UTC', ['2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z']);
    const series = await inSnapshot(opened.store, (cut) => activeUsersSeries(cut, { applicationId }, period));
    expect(series).toMatchObject([{ activeUsers: 0, complete: false }]);
  });
});
