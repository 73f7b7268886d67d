import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { runVerifyStatistics } from '../../src/statistics/verify-command.js';
import { verifyStatistics } from '../../src/statistics/verify-statistics.js';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { manualClock } from '../store/opened-stores.js';
import { eachStore } from './each-store.js';
import { addApplication, addUser, anEvent, erase, register } from './fixture.js';

const clock = manualClock();
let folder: string;
let store: Store;
let applicationId: string;

const file = () => join(folder, 'tallygate.db');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallygate-verify-'));
  store = await openSqliteStore(file(), { clock: clock.now });
  applicationId = (await addApplication(store, 'Orchard')).id;
  await register(store, applicationId, ['2024-05-05T05:05:05Z', '2026-01-10T00:00:00Z', '2026-01-15T12:00:00Z']);
  await register(store, applicationId, ['2026-01-10T01:00:00Z'], 'SANDBOX');
  const [gone = ''] = await register(store, applicationId, ['2026-01-11T00:00:00Z']);
  await erase(store, gone);
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Changes the file behind the server's back. */
const tamper = async (sql: string): Promise<void> => {
  await store.close();
  const database = new DatabaseSync(file());
  database.exec(sql);
  database.close();
  store = await openSqliteStore(file(), { clock: clock.now });
};

/** All first instants of one user. */
const moved = (to: number | string): string =>
  `UPDATE registrations SET first_at = ${to}, production_first = ${to} WHERE first_at = ${Date.UTC(2026, 0, 10)}`;

/** Three rows of kept days for each application, each of which says that one user registered on each of its 256 days. */
const threeWrongYears = `INSERT INTO registration_figures (application_id, environment, grain, position, registered, erased)
  SELECT applications.id, '', 'day', value, x'${'01'.repeat(256)}', x'' FROM applications, json_each('[70, 71, 72]')`;

describe('verifyStatistics', () => {
  it('finds no difference where there is none', async () => {
    expect(await verifyStatistics(store, {})).toEqual({
      asOf: clock.now() + 1,
      checkedApplications: 1,
      checkedRegistrations: 4,
      differences: [],
    });
  });

  it('checks one application when it is named', async () => {
    await addApplication(store, 'Empty');
    expect(await verifyStatistics(store, {})).toMatchObject({ checkedApplications: 2, differences: [] });
    expect(await verifyStatistics(store, { applicationId })).toMatchObject({ checkedApplications: 1 });
    await expect(verifyStatistics(store, { applicationId: 'app_unknown' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([
    {
      what: 'a registration that is not in the figures',
      sql: `UPDATE registrations SET first_at = first_at + 86400000, production_first = production_first + 86400000
            WHERE first_at = ${Date.UTC(2026, 0, 10)}`,
      figures: ['kept 2026-01-10', 'kept 2026-01-11'],
    },
    {
      what: 'a registration that was lost',
      sql: `DELETE FROM registrations WHERE first_at = ${Date.parse('2024-05-05T05:05:05Z')}`,
      figures: ['kept 2024-05-05'],
    },
    {
      what: 'a whole that is not the union of its environments',
      sql: `UPDATE registrations SET production_first = production_first + 1 WHERE first_at = ${Date.UTC(2026, 0, 10)}`,
      figures: ['union of environments 2026-01-10/2026-01-16'],
    },
    {
      what: 'figures that are gone',
      sql: 'DELETE FROM registration_figures',
      figures: ['kept 2024-05-05', 'kept 2026-01-10', 'kept 2026-01-15', 'kept erased 2026-01-11'],
    },
    {
      what: 'quarter hours that are wrong within a right day',
      sql: `UPDATE registrations SET first_at = first_at + 3600000, production_first = production_first + 3600000
            WHERE first_at = ${Date.UTC(2026, 0, 10)}`,
      figures: ['kept quarter hours that agree 2026-01-10'],
    },
    {
      what: 'a registration whose user is gone',
      sql: `DELETE FROM users WHERE id IN (SELECT user_id FROM registrations WHERE first_at = ${Date.UTC(2026, 0, 10)})`,
      figures: ['users of the list 2026-01-10/2026-01-16'],
    },
    {
      what: 'figures of days to come',
      sql: 'UPDATE registration_figures SET position = position + 4',
      figures: ['kept 2026-01-10', 'kept 2028-10-30'],
    },
    {
      what: 'a registration of a year that no series reaches',
      sql: moved(Date.UTC(3000, 5)),
      figures: ['kept 2026-01-10', 'kept 3000-06-01', 'sum of the series', 'sum of the CSV'],
    },
    {
      what: 'a registration of a year that no answer can tell',
      sql: moved(Date.UTC(12_000, 0)),
      figures: ['kept 2026-01-10', 'kept +012000-01-01', 'registrations after asOf'],
    },
    {
      what: 'a registration of an instant that no date can tell',
      sql: moved('9007199254740992'),
      figures: ['kept 2026-01-10', 'registrations after asOf'],
    },
    {
      what: 'a registration of before 1970',
      sql: moved(-86_400_000),
      figures: ['kept 2026-01-10', 'kept 1969-12-31', 'registrations before 1970'],
    },
  ])('reports $what', async ({ sql, figures }) => {
    await tamper(sql);
    const { differences } = await verifyStatistics(store, {});
    const named = differences.filter(({ environment }) => environment === undefined).map(({ figure }) => figure);
    for (const figure of figures) expect(named.map((name) => name.slice(0, figure.length))).toContain(figure);
  });

  test.each([
    {
      what: 'rows',
      sql: `UPDATE registrations SET application_id = 'app_foreign' WHERE first_at > ${Date.UTC(2026, 0, 12)}`,
    },
    { what: 'figures', sql: `UPDATE registration_figures SET application_id = 'app_foreign' WHERE grain = 'quarter'` },
  ])('reports $what of an application that never was, and none of one that was removed', async ({ sql }) => {
    await tamper(sql);
    const removed = (await addApplication(store, 'Short')).id;
    await register(store, removed, [clock.now()]);
    await store.applications.remove(removed, anEvent());
    const { differences } = await verifyStatistics(store, {});
    expect(differences.filter((difference) => difference.applicationId !== applicationId)).toEqual([
      {
        applicationId: 'app_foreign',
        environment: undefined,
        figure: 'applications that are known',
        kept: 0,
        counted: 1,
      },
    ]);
  });

  it('lists 1,000 differences at most, of all applications together', async () => {
    const second = (await addApplication(store, 'Vineyard')).id;
    await tamper(threeWrongYears);
    const { differences } = await verifyStatistics(store, {});
    expect(differences).toHaveLength(1000);
    // Made at the same instant, they stand in the order of their ids, which are drawn.
    const [firstListed] = differences.map((difference) => difference.applicationId);
    const ofFirst = differences.filter((difference) => difference.applicationId === firstListed).length;
    expect(ofFirst).toBeGreaterThanOrEqual(3 * 256);
    expect(differences.slice(ofFirst).map((difference) => difference.applicationId)).toEqual(
      Array(1000 - ofFirst).fill(firstListed === second ? applicationId : second),
    );
  });

  it('looks at days before the first and after the last registration too', async () => {
    await tamper(
      `DELETE FROM registrations WHERE first_at < ${Date.UTC(2026, 0, 1)} OR first_at > ${Date.UTC(2026, 0, 12)}`,
    );
    const { differences } = await verifyStatistics(store, {});
    expect(differences.map(({ figure }) => figure)).toEqual(
      expect.arrayContaining(['kept 2024-05-05', 'kept 2026-01-15']),
    );
  });
});

describe.each(eachStore)('verifyStatistics on $name', ({ open }) => {
  it('finds nothing while users register, are imported and erased', async () => {
    const stores = await open();
    const { first: store, second, clock } = stores;
    const applicationId = (await addApplication(store, 'Orchard')).id;
    const writing = { over: false };
    const verification = (async () => {
      const results = [];
      while (!writing.over) results.push(await verifyStatistics(store, {}));
      return results;
    })();
    for (let round = 0; round < 12; round += 1) {
      const day = Date.UTC(2026, 0, 1 + (round % 15));
      const [gone = ''] = await register(store, applicationId, [day + round, day + round + 1]);
      const userId = await addUser(store, `moved${round}`);
      await second.registrations.record({ applicationId, environment: 'SANDBOX', userId, at: day + 2 });
      const row = { applicationId, environment: 'SANDBOX' as const, userId, at: day - 86_400_000 * round };
      const audit = { id: `evt_${round}`, at: 0, actor: 'a', action: 'a', outcome: 'ok', requestId: 'r' };
      await second.registrations.import([row], { audit });
      clock.advance(7_200_000);
      await second.sweep(clock.now());
      await erase(store, gone);
    }
    writing.over = true;
    const results = await verification;
    expect(results.length).toBeGreaterThan(0);
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
    await stores.close();
  }, 180_000);
});

describe('tallygate verify-statistics', () => {
  const run = async () => {
    const lines: string[] = [];
    const status = await runVerifyStatistics(store, (line) => lines.push(line));
    return { status, text: lines.join('\n') };
  };

  it('says what was counted and ends with 0', async () => {
    const { status, text } = await run();
    expect(status).toBe(0);
    expect(text).toMatch(/Applications checked: {2}1\nRegistrations counted: 4\nDifferences: {11}0$/);
  });

  it('says that there may be more than it lists', async () => {
    await addApplication(store, 'Vineyard');
    await tamper(threeWrongYears);
    const { status, text } = await run();
    expect(status).toBe(1);
    expect(text).toMatch(/^Differences: {11}at least 1000$/m);
  });

  it('prints a table of what differs and ends with 1', async () => {
    await tamper(`DELETE FROM registrations WHERE first_at = ${Date.UTC(2026, 0, 10)}`);
    const { status, text } = await run();
    expect(status).toBe(1);
    expect(text).toContain('application');
    expect(text).toMatch(new RegExp(`${applicationId} +whole +kept 2026-01-10 +2 +1\n`));
    expect(text).toMatch(new RegExp(`${applicationId} +PRODUCTION +kept 2026-01-10 +1 +0\n`));
  });
});
