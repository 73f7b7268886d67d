import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { quarterOf, utcDayOf } from '../../src/model/quarter-hour.js';
import { timeZone } from '../../src/model/time-zone.js';
import { activeUsers, activeUsersSeries } from '../../src/statistics/active-users.js';
import { registeredSeries, registeredTotal, registrationCount } from '../../src/statistics/registered-users.js';
import { verifyStatistics } from '../../src/statistics/verify-statistics.js';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { manualClock, type ManualClock } from '../store/opened-stores.js';
import { addApplication, addUser, at, inSnapshot, periodOf, register } from './fixture.js';

let clock: ManualClock;
let folder: string;
let store: Store;
let applicationId: string;

const open = (access?: 'read') =>
  openSqliteStore(join(folder, 'tallygate.db'), { clock: clock.now, ...(access && { access }) });

/** Two users at the noon of 15 January; then a start at the noon of the day before. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallygate-set-back-'));
  clock = manualClock();
  store = await open();
  applicationId = (await addApplication(store, 'Orchard')).id;
  await register(store, applicationId, [clock.now() - 1, clock.now()]);
  await store.close();
  clock.advance(-86_400_000);
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a start with a clock that was set back', () => {
  const days = periodOf('DAY', 'UTC', ['2026-01-10T00:00:00Z', '2026-01-20T00:00:00Z']);

  it('counts everybody, and lets nobody register before those who are there', async () => {
    const early = await inSnapshot(store, async (cut) => {
      expect(await registeredTotal(cut, { applicationId })).toBe(2);
      return cut.asOf;
    });
    await register(store, applicationId, [clock.now(), clock.now()], 'SANDBOX');
    await inSnapshot(store, async (cut) => {
      const series = await registeredSeries(cut, { applicationId }, days);
      expect(await registeredTotal(cut, { applicationId }, early)).toBe(2);
      expect(await registeredTotal(cut, { applicationId })).toBe(4);
      expect(await registrationCount(cut, { applicationId }, { to: cut.asOf })).toBe(4);
      expect(series.reduce((sum, { newUsers }) => sum + newUsers, 0)).toBe(4);
      expect(series.filter(({ complete }) => complete).at(-1)?.date).toBe('2026-01-13');
    });
    expect(await verifyStatistics(store, {})).toMatchObject({ checkedRegistrations: 4, differences: [] });
  });

  it('shows everybody to a process that reads beside the server', async () => {
    const reader = await open('read');
    await register(store, applicationId, [clock.now()]);
    expect(await verifyStatistics(reader, {})).toMatchObject({ checkedRegistrations: 3, differences: [] });
    expect(await inSnapshot(reader, (cut) => registeredTotal(cut, { applicationId }))).toBe(3);
    await reader.close();
  });

  it('takes for today the day of its clock', async () => {
    const user = { applicationId, environment: 'PRODUCTION' as const, userId: await addUser(store, 'ada') };
    const present = { day: utcDayOf(clock.now()), quarters: [quarterOf(clock.now())] };
    await store.activity.record({ tallies: [], users: [{ ...user, ...present }] });
    await inSnapshot(store, async (cut) => {
      const asked = { window: 'daily', timeZone: timeZone('UTC', 'timeZone') } as const;
      expect(await activeUsers(cut, { applicationId }, asked)).toBe(1);
      await expect(activeUsers(cut, { applicationId }, { ...asked, date: '2026-01-15' })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      });
      const series = await activeUsersSeries(cut, { applicationId }, days);
      expect(series.find(({ start }) => start === at('2026-01-14T00:00:00Z'))).toMatchObject({
        activeUsers: 1,
        complete: false,
      });
    });
  });
});
