import { afterEach, beforeEach, describe, expect, it, jest, test } from '@jest/globals';
import type { Actor } from '../../src/model/actor.js';
import { importRegistrations } from '../../src/statistics/import-registrations.js';
import type { ImportRegistrationsInput } from '../../src/statistics/import-registrations.js';
import { registeredSeries, registeredTotal } from '../../src/statistics/registered-users.js';
import type { Store } from '../../src/store/port/store.js';
import type { OpenedStores } from '../store/opened-stores.js';
import { turnsDuring } from '../support/turns.js';
import { eachStore } from './each-store.js';
import { addApplication, addUser, at, erase, inSnapshot, periodOf } from './fixture.js';

const actor: Actor = {
  subject: 'admin',
  clientId: 'admin',
  scopes: new Set(['applications:write', 'users:write']),
  expiresAt: at('2027-01-01T00:00:00Z'),
  requestId: 'request-1',
};

/** The engine of the MongoDB tests is slow, and others may use it. */
jest.setTimeout(120_000);

describe.each(eachStore)('on $name', ({ open }) => {
  let opened: OpenedStores;
  let store: Store;
  let applicationId: string;
  let ada: string;

  beforeEach(async () => {
    opened = await open();
    store = opened.first;
    applicationId = (await addApplication(store, 'Orchard')).id;
    ada = await addUser(store, 'ada');
    await addUser(store, 'bob');
  });

  afterEach(() => opened.close());

  const bring = (input: ImportRegistrationsInput) =>
    importRegistrations({ store, clock: opened.clock.now }, actor, input);

  const row = (username: string, instant: string) => ({ applicationId, username, firstTokenAt: at(instant) });

  const days = async () => {
    const period = periodOf('DAY', 'UTC', ['2020-01-01T00:00:00Z', '2020-01-05T00:00:00Z']);
    const series = await inSnapshot(store, (cut) => registeredSeries(cut, { applicationId }, period));
    return series.map(({ newUsers }) => newUsers);
  };

  const total = (environment?: 'PRODUCTION' | 'SANDBOX') =>
    inSnapshot(store, (cut) =>
      registeredTotal(cut, { applicationId, ...(environment === undefined ? {} : { environment }) }),
    );

  const events = async () =>
    (await store.audit.page({ action: 'importRegistrations' }, { first: 100 })).items.map(
      ({ actor: who, target, changes }) => ({ who, target, changes }),
    );

  describe('importRegistrations', () => {
    it('makes, moves to an earlier instant, and leaves alone', async () => {
      const rows = [row('ada', '2020-01-02T00:00:00Z'), row('bob', '2020-01-03T00:00:00Z')];
      expect(await bring({ rows })).toEqual({ created: 2, moved: 0, unchanged: 0, failed: [] });
      expect(await days()).toEqual([0, 1, 1, 0]);
      const again = [row('ada', '2020-01-01T00:00:00Z'), row('bob', '2020-01-04T00:00:00Z')];
      expect(await bring({ rows: again })).toEqual({ created: 0, moved: 1, unchanged: 1, failed: [] });
      expect(await days()).toEqual([1, 0, 1, 0]);
      expect(await bring({ rows: again })).toEqual({ created: 0, moved: 0, unchanged: 2, failed: [] });
      expect(await total()).toBe(2);
    });

    it('moves the registration that a password grant made', async () => {
      const registration = { applicationId, environment: 'PRODUCTION' as const, userId: ada };
      await store.registrations.record({ ...registration, at: at('2026-01-15T00:00:00Z') });
      expect(await bring({ rows: [row('ada', '2020-01-02T00:00:00Z')] })).toMatchObject({ moved: 1 });
      expect(await days()).toEqual([0, 1, 0, 0]);
      expect(await total()).toBe(1);
    });

    it('counts a user of both environments once in the whole', async () => {
      const rows = [
        row('ada', '2020-01-03T00:00:00Z'),
        { ...row('ada', '2020-01-02T00:00:00Z'), environment: 'SANDBOX' as const },
      ];
      expect(await bring({ rows })).toMatchObject({ created: 2 });
      expect(await days()).toEqual([0, 1, 0, 0]);
      expect([await total(), await total('PRODUCTION'), await total('SANDBOX')]).toEqual([1, 1, 1]);
    });

    it('takes a user name in any of its spellings', async () => {
      expect(await bring({ rows: [row('ＡDA', '2020-01-02T00:00:00Z')] })).toMatchObject({ created: 1, failed: [] });
    });

    it('reports each row that it cannot take and takes the others', async () => {
      const result = await bring({
        rows: [
          row('nobody', '2020-01-02T00:00:00Z'),
          { ...row('ada', '2020-01-02T00:00:00Z'), applicationId: 'app_unknown' },
          row('ada', '2020-01-02T00:00:00Z'),
          row('bob', '2026-01-15T12:00:00Z'),
          row('bob', '1969-12-31T23:59:59Z'),
          { ...row('bob', '2020-01-01T00:00:00Z'), firstTokenAt: NaN },
          row('a b', '2020-01-02T00:00:00Z'),
        ],
      });
      expect(result).toMatchObject({ created: 1, moved: 0, unchanged: 0 });
      expect(result.failed.map(({ row: index, code }) => [index, code])).toEqual([
        [0, 'NOT_FOUND'],
        [1, 'NOT_FOUND'],
        [3, 'BAD_USER_INPUT'],
        [4, 'BAD_USER_INPUT'],
        [5, 'BAD_USER_INPUT'],
        [6, 'BAD_USER_INPUT'],
      ]);
    });

    it('does not bring back an erased user', async () => {
      await bring({ rows: [row('ada', '2020-01-02T00:00:00Z')] });
      await erase(store, ada);
      const result = await bring({ rows: [row('ada', '2020-01-01T00:00:00Z')] });
      expect(result).toMatchObject({ created: 0, failed: [{ row: 0, code: 'NOT_FOUND' }] });
      expect(await total()).toBe(0);
    });

    it('in a dry run tells what it would do, and does nothing but write its event', async () => {
      const rows = [row('ada', '2020-01-02T00:00:00Z'), row('nobody', '2020-01-02T00:00:00Z')];
      expect(await bring({ rows, dryRun: true })).toMatchObject({ created: 1, failed: [{ row: 1 }] });
      expect(await total()).toBe(0);
      const [event] = await events();
      expect(JSON.parse(event?.changes ?? '')).toMatchObject({ rows: 1, dryRun: true });
    });

    it('writes one audit event a call: whose curve, how many rows and of when, without user names', async () => {
      const [first, last] = ['2020-01-02T00:00:00.000Z', '2020-01-03T00:00:00.000Z'];
      await bring({ rows: [row('ada', last), row('bob', first)] });
      await bring({ rows: [row('nobody', first)] });
      const told = (await events()).map(({ changes, ...event }) => ({ ...event, changes: JSON.parse(changes ?? '') }));
      const registrations = { [`${applicationId}.PRODUCTION`]: { rows: 2, earliest: first, latest: last } };
      expect(told).toEqual(
        expect.arrayContaining([
          { who: 'admin', target: applicationId, changes: { rows: 2, registrations } },
          { who: 'admin', target: undefined, changes: { rows: 0, registrations: {} } },
        ]),
      );
    });

    test.each([0, 1001])('refuses %d rows', async (length) => {
      const rows = Array.from({ length }, () => row('ada', '2020-01-02T00:00:00Z'));
      await expect(bring({ rows })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'rows' });
    });

    it('lets others have their turn while it looks at user names, which takes long for some', async () => {
      const rows = Array.from({ length: 500 }, (_, index) => row(`ş${index}`, '2020-01-02T00:00:00Z'));
      expect(await turnsDuring(() => bring({ rows, dryRun: true }))).toBeGreaterThanOrEqual(10);
    });

    it('takes 1,000 rows', async () => {
      const rows = Array.from({ length: 1000 }, (_, index) => ({
        ...row('ada', '2020-01-02T00:00:00Z'),
        firstTokenAt: at('2020-01-02T00:00:00Z') - index,
      }));
      expect(await bring({ rows })).toMatchObject({ created: 1, moved: 999 });
      expect(await days()).toEqual([1, 0, 0, 0]);
    });
  });
});
