import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEnvironment } from '../../src/model/application.js';
import { utcDayOf } from '../../src/model/quarter-hour.js';
import { StoreUnavailable, type Store } from '../../src/store/port/store.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { applicationOf } from './samples.js';
import {
  day,
  eventOf,
  everyScope,
  histogram,
  idMaker,
  inSnapshot,
  isUnion,
  totalOf,
  walk,
} from './registration-reading.js';

export const snapshotContract: Contract = (name, open) => {
  describe(`snapshot on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('snap');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const now = () => stores.clock.now();
    const record = (store: Store, applicationId: string, environment: KeyEnvironment = 'PRODUCTION') =>
      store.registrations.record({ applicationId, environment, userId: id('usr'), at: now() });

    it('stands just behind everything that was there', async () => {
      const applicationId = id('app');
      await record(stores.first, applicationId);
      await inSnapshot(stores.second, async (snapshot) => {
        expect(snapshot.asOf).toBeGreaterThan(now());
        expect(snapshot.asOf).toBeLessThan(now() + 100);
        expect(await totalOf(snapshot, { applicationId })).toBe(1);
      });
    });

    it('stays as it is while others write', async () => {
      const applicationId = id('app');
      const user = { id: id('usr'), username: id('name'), enabled: true, epoch: 0, createdAt: now() };
      await record(stores.first, applicationId);
      await stores.first.users.create(user, eventOf(id('event')));
      const snapshot = await stores.second.openSnapshot();
      await record(stores.first, applicationId);
      const earlier = { applicationId, environment: 'SANDBOX' as const, userId: id('usr'), at: now() - 3 * day };
      await stores.first.registrations.import([earlier], { audit: eventOf(id('event')) });
      await stores.first.users.erase(user.id, eventOf(id('event')));
      const activity = { applicationId, environment: 'PRODUCTION' as const, day: utcDayOf(now()) };
      await stores.first.activity.record({ tallies: [], users: [{ ...activity, userId: 'usr_x', quarters: [3] }] });

      const today = { from: utcDayOf(now()) * day, to: (utcDayOf(now()) + 1) * day };
      expect(await totalOf(snapshot, { applicationId })).toBe(1);
      expect(await walk(snapshot, { applicationId })).toHaveLength(1);
      expect(await snapshot.findUsers([user.id])).toEqual([user]);
      expect(await snapshot.activity.activeUsers({ applicationId, ranges: [today] })).toEqual([0]);
      await snapshot.close();
      await inSnapshot(stores.first, async (next) => {
        expect(await totalOf(next, { applicationId })).toBe(3);
        expect(await next.findUsers([user.id])).toEqual([]);
        expect(await next.activity.activeUsers({ applicationId, ranges: [today] })).toEqual([1]);
      });
    });

    it('shows total, list, series and environments that agree, while logins go on', async () => {
      const applicationId = id('app');
      let running = true;
      const writer = async (store: Store, environment: KeyEnvironment): Promise<void> => {
        for (let logins = 0; running || logins < 10; logins += 1) {
          stores.clock.advance(1);
          await record(store, applicationId, environment);
        }
      };
      const writers = [writer(stores.first, 'PRODUCTION'), writer(stores.second, 'SANDBOX')];
      const start = now();
      for (let reading = 0; reading < 6; reading += 1) {
        await inSnapshot(stores.second, async (snapshot) => {
          for (const scope of everyScope(applicationId)) {
            const boundaries = [start, start + 5, start + 11, snapshot.asOf];
            const [total, list, series] = await Promise.all([
              totalOf(snapshot, scope),
              walk(snapshot, scope, { to: snapshot.asOf }),
              histogram(snapshot, scope, boundaries),
            ]);
            expect(list).toHaveLength(total);
            expect(series.reduce((sum, count) => sum + count.registered, 0)).toBe(total);
          }
          expect(await isUnion(snapshot, applicationId)).toBe(true);
        });
      }
      running = false;
      await Promise.all(writers);
    });

    it('answers many applications and questions at the same moment', async () => {
      const applicationIds = Array.from({ length: 5 }, () => id('app'));
      for (const [index, applicationId] of applicationIds.entries()) {
        for (let user = 0; user < index; user += 1) await record(stores.first, applicationId);
      }
      await inSnapshot(stores.first, async (snapshot) => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () =>
            snapshot.registrations.histogram({ applicationIds, boundaries: [snapshot.asOf] }),
          ),
        );
        for (const answer of answers) {
          expect(applicationIds.map((applicationId) => answer.get(applicationId)?.[0]?.registered)).toEqual([
            0, 1, 2, 3, 4,
          ]);
        }
        expect(await snapshot.registrations.extent({ applicationId: id('app') })).toBeUndefined();
      });
    });

    it('shows where the first instants begin and end, as a whole or from an instant on', async () => {
      const applicationId = id('app');
      for (const passed of [0, 40, 90]) {
        const registration = { applicationId, environment: 'SANDBOX' as const, userId: id('usr'), at: now() - passed };
        await stores.first.registrations.record(registration);
      }
      await inSnapshot(stores.second, async ({ registrations }) => {
        const extent = (from?: number) =>
          registrations.extent({ applicationId, environment: 'SANDBOX', ...(from !== undefined && { from }) });
        expect(await extent()).toEqual({ first: now() - 90, last: now() });
        expect(await extent(now() - 40)).toEqual({ first: now() - 40, last: now() });
        expect(await extent(now() - 39)).toEqual({ first: now(), last: now() });
        expect(await extent(now() + 1)).toBeUndefined();
        expect(await registrations.extent({ applicationId, environment: 'PRODUCTION' })).toBeUndefined();
      });
    });

    it('names the applications of registrations, each once, and says which of them it does not know', async () => {
      const ids = Array.from({ length: 130 }, () => id('named'));
      for (const applicationId of ids) {
        await record(stores.first, applicationId);
        await record(stores.first, applicationId, 'SANDBOX');
      }
      const [there = '', removed = ''] = ids;
      await stores.first.applications.create(applicationOf(there), eventOf(id('event')));
      await inSnapshot(stores.second, async ({ registrations }) => {
        const found = new Map<string, boolean>();
        for (let after = ''; ;) {
          const named = await registrations.namedApplications(after);
          for (const { id: applicationId, known } of named) {
            expect(applicationId > after && !found.has(applicationId)).toBe(true);
            found.set(applicationId, known);
          }
          const last = named.at(-1);
          if (last === undefined) break;
          after = last.id;
        }
        expect(ids.map((applicationId) => found.get(applicationId))).toEqual(ids.map((one) => one === there));
      });
      await stores.first.applications.create(applicationOf(removed), eventOf(id('event')));
      await stores.first.applications.remove(removed, eventOf(id('event')));
      await record(stores.first, removed);
      await inSnapshot(stores.second, async ({ registrations }) => {
        expect(await registrations.namedApplications(removed)).not.toContainEqual({ id: removed, known: false });
      });
    });

    it('answers no more once it is closed, and closes twice', async () => {
      const snapshot = await stores.first.openSnapshot();
      await snapshot.close();
      await snapshot.close();
      await expect(totalOf(snapshot, { applicationId: id('app') })).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(snapshot.findUsers(['usr_1'])).rejects.toBeInstanceOf(StoreUnavailable);
    });
  });
};
