import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyEnvironments } from '../../src/model/application.js';
import type { KeyEnvironment } from '../../src/model/application.js';
import { intervals } from '../../src/model/calendar.js';
import type { Position } from '../../src/model/page.js';
import { timeZone } from '../../src/model/time-zone.js';
import { registeredUsersCsv } from '../../src/statistics/csv.js';
import { registeredUsersMetric } from '../../src/statistics/registered-totals.js';
import { readRegisteredUsersTable, rowsOf } from '../../src/statistics/registered-users-rows.js';
import { registeredSeries, registeredTotal, registrationPage } from '../../src/statistics/registered-users.js';
import type { RegistrationsOf } from '../../src/store/port/registrations.js';
import type { Snapshot, Store } from '../../src/store/port/store.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { eachStore } from './each-store.js';
import { addApplication, addUser, anEvent, erase, inSnapshot, register } from './fixture.js';

const kathmandu = timeZone('Asia/Kathmandu', 'z');

const ofOf = (applicationId: string, environment: KeyEnvironment | undefined): RegistrationsOf => ({
  applicationId,
  ...(environment === undefined ? {} : { environment }),
});

const walk = async (cut: Snapshot, of: RegistrationsOf): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  let after: Position | undefined;
  for (let more = true; more;) {
    const request = { first: 37, ...(after === undefined ? {} : { after }) };
    const page = await registrationPage(cut, of, { range: { to: cut.asOf }, request });
    for (const item of page.items) {
      const instants = of.environment === undefined ? item : item.environments[of.environment]!;
      after = { at: instants.firstTokenAt, id: item.userId };
      ids.add(item.userId);
    }
    more = page.hasNextPage;
  }
  return ids;
};

/** Everything that says how many users are registered, read from one cut. */
const figures = async (store: Store, cut: Snapshot, of: RegistrationsOf) => {
  const timeZone = kathmandu;
  const period = { from: Date.UTC(2025, 0, 1), to: cut.asOf, interval: 'MONTH', timeZone } as const;
  const series = await registeredSeries(cut, of, period);
  const { applicationId, ...environment } = of;
  const table = await readRegisteredUsersTable(store, cut, { applicationIds: [applicationId], ...environment, period });
  const csv = [...registeredUsersCsv(table)].join('').trimEnd().split('\r\n').slice(1);
  return {
    total: await registeredTotal(cut, of),
    list: (await walk(cut, of)).size,
    series: series.reduce((sum, { newUsers }) => sum + newUsers, 0),
    seriesEnd: series.at(-1)?.totalUsers,
    rows: [...rowsOf(table)].reduce((sum, { newUsers }) => sum + newUsers, 0),
    csv: csv.reduce((sum, line) => sum + Number(line.split(',')[5]), 0),
  };
};

describe.each(eachStore)('at every instant of reading on $name', ({ open }) => {
  it('total, list, series, rows and CSV agree under writers, as a whole and by environment', async () => {
    const stores = await open();
    const { first: store, second, clock } = stores;
    const applications = [await addApplication(store, 'One'), await addApplication(store, 'Two')].map(({ id }) => id);
    const users = await Promise.all(Array.from({ length: 100 }, (_, index) => addUser(store, `user ${index}`)));
    const writing = { over: false };
    const reader = async (): Promise<number> => {
      let readings = 0;
      for (; !writing.over; readings += 1) {
        await setImmediate();
        for (const applicationId of applications) {
          await inSnapshot(store, async (cut) => {
            const sets = new Map<KeyEnvironment | undefined, ReadonlySet<string>>();
            for (const environment of [undefined, ...keyEnvironments]) {
              const of = ofOf(applicationId, environment);
              const { total, ...others } = await figures(store, cut, of);
              expect(new Set([total, ...Object.values(others)])).toEqual(new Set([total]));
              sets.set(environment, await walk(cut, of));
            }
            const union = new Set([...sets.get('PRODUCTION')!, ...sets.get('SANDBOX')!]);
            expect([...sets.get(undefined)!].sort()).toEqual([...union].sort());
          });
        }
      }
      return readings;
    };
    const readers = [reader(), reader()];
    const registrations = users.flatMap((userId, index) =>
      applications.flatMap((applicationId) =>
        keyEnvironments
          .filter((_, side) => (index + side) % 3 !== 0)
          .map((environment) => ({ applicationId, environment, userId })),
      ),
    );
    for (let start = 0; start < registrations.length; start += 16) {
      clock.advance(3_600_000);
      const batch = registrations.slice(start, start + 16);
      await Promise.all([
        ...batch.map((one) => store.registrations.record({ ...one, at: clock.now() })),
        ...batch.map((one) => second.registrations.record({ ...one, at: clock.now() })),
        erase(store, users[start / 8]!),
      ]);
      const rows = batch.slice(8).map((one) => ({ ...one, at: clock.now() - 90 * 86_400_000 }));
      await store.registrations.import(rows, { audit: anEvent() });
    }
    writing.over = true;
    for (const readings of await Promise.all(readers)) expect(readings).toBeGreaterThan(0);
    await stores.close();
  }, 240_000);

  it('the metric is the total', async () => {
    const stores = await open();
    const store = stores.first;
    const { id } = await addApplication(store, 'One');
    await register(store, id, ['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z']);
    expect(await registeredUsersMetric(store)).toEqual(new Map([[id, 2]]));
    await stores.close();
  });
});

describe('in every time zone', () => {
  let opened: TestStore;
  let applicationId: string;

  beforeAll(async () => {
    opened = await openTestStore();
    applicationId = (await addApplication(opened.store, 'Zones')).id;
    const year = 365 * 86_400_000;
    const instants = Array.from(
      { length: 300 },
      (_, index) => opened.clock.now() - ((index * 7_919_333_777) % (2 * year)),
    );
    // Where many days begin, and just before.
    const edges = Array.from({ length: 96 }, (_, index) => Date.UTC(2025, 2, 30) + index * 900_000);
    await register(opened.store, applicationId, [...instants, ...edges, ...edges.map((edge) => edge - 1)]);
  }, 60_000);

  afterAll(() => opened.close());

  it('the new users of a series are the difference of two totals, bucket by bucket', async () => {
    const sample = fc.record({
      zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'Asia/Kathmandu'),
      interval: fc.constantFrom(...intervals),
      from: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2026, 1, 1) }),
      days: fc.integer({ min: 0, max: 41 }),
    });
    await fc.assert(
      fc.asyncProperty(sample, ({ zone, interval, from, days }) =>
        inSnapshot(opened.store, async (cut) => {
          const period = { from, to: from + days * 86_400_000, interval, timeZone: timeZone(zone, 'z') };
          const series = await registeredSeries(cut, { applicationId }, period);
          for (const { start, end, newUsers, totalUsers } of series.slice(0, 20)) {
            const [before, after] = [
              await registeredTotal(cut, { applicationId }, start),
              await registeredTotal(cut, { applicationId }, end),
            ];
            expect([newUsers, totalUsers]).toEqual([after - before, after]);
          }
          const first = series[0];
          const sum = series.reduce((all, { newUsers }) => all + newUsers, 0);
          if (first === undefined) return;
          expect(sum + (await registeredTotal(cut, { applicationId }, first.start))).toBe(series.at(-1)?.totalUsers);
        }),
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  it('the sum from the beginning is the total', async () => {
    for (const zone of Intl.supportedValuesOf('timeZone').filter((_, index) => index % 5 === 0)) {
      await inSnapshot(opened.store, async (cut) => {
        const period = { from: 0, to: cut.asOf, interval: 'YEAR', timeZone: timeZone(zone, 'z') } as const;
        const series = await registeredSeries(cut, { applicationId }, period);
        expect(series.reduce((sum, { newUsers }) => sum + newUsers, 0)).toBe(
          await registeredTotal(cut, { applicationId }),
        );
      });
    }
  }, 60_000);
});
