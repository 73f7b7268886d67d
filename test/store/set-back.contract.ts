import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEnvironment } from '../../src/model/application.js';
import type { EpochMillis } from '../../src/model/clock.js';
import type { Store } from '../../src/store/port/store.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import {
  day,
  differences,
  eventOf,
  everyScope,
  histogram,
  hour,
  idMaker,
  inSnapshot,
  registrationsOf,
  sweepAll,
  totalOf,
  walk,
} from './registration-reading.js';

export const setBackContract: Contract = (name, open) => {
  describe(`a clock that is set back, on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('back');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const now = () => stores.clock.now();
    /** To a time at which nothing is that other tests have left. */
    const begin = async (): Promise<EpochMillis> => {
      stores.clock.advance(100 * day);
      await sweepAll(stores.first, now());
      return now();
    };
    const record = async (
      store: Store,
      applicationId: string,
      { userId = id('usr'), environment = 'PRODUCTION' }: { userId?: string; environment?: KeyEnvironment } = {},
    ): Promise<EpochMillis> => {
      await store.registrations.record({ applicationId, environment, userId, at: now() });
      const [found] = await registrationsOf(store, userId);
      return found?.environments[environment]?.firstTokenAt ?? NaN;
    };
    const expectRegistered = (applicationId: string, users: number): Promise<void> =>
      inSnapshot(stores.second, async (snapshot) => {
        const { asOf } = snapshot;
        expect(await totalOf(snapshot, { applicationId })).toBe(users);
        expect(await walk(snapshot, { applicationId }, { to: asOf })).toHaveLength(users);
        expect(await walk(snapshot, { applicationId })).toHaveLength(users);
        const series = await histogram(snapshot, { applicationId }, [asOf - 9 * day, asOf - 2 * day, asOf - day, asOf]);
        expect(series.reduce((sum, { registered }) => sum + registered, 0)).toBe(users);
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });

    it('loses nobody who registers on a day that is closed', async () => {
      const start = await begin();
      const applicationId = id('app');
      await record(stores.first, applicationId);
      stores.clock.advance(30 * day);
      await sweepAll(stores.first, now());
      stores.clock.set(start + hour);
      for (const store of [stores.first, stores.second]) {
        await record(store, applicationId);
        await record(store, applicationId, { environment: 'SANDBOX' });
      }
      await expectRegistered(applicationId, 5);
      const [buried, moved] = [id('usr'), id('usr')];
      await record(stores.second, applicationId, { userId: buried });
      await record(stores.second, applicationId, { userId: moved });
      await stores.second.registrations.bury(applicationId, buried);
      const earlier = { applicationId, environment: 'PRODUCTION' as const, userId: moved, at: start - 3 * hour };
      await stores.second.registrations.import([earlier], { audit: eventOf(id('event')) });
      await expectRegistered(applicationId, 6);
      await sweepAll(stores.first, now());
      await expectRegistered(applicationId, 6);
      stores.clock.advance(40 * day);
      await sweepAll(stores.second, now());
      await expectRegistered(applicationId, 6);
    });

    it('leaves what a cut has counted as it was, while logins go on', async () => {
      const start = await begin();
      const applicationId = id('app');
      await record(stores.first, applicationId);
      await record(stores.second, applicationId, { environment: 'SANDBOX' });
      stores.clock.set(start - 2 * day);
      const asOf: EpochMillis[] = [];
      for (let users = 2; users < 6; users += 1) {
        await expectRegistered(applicationId, users);
        await inSnapshot(stores.first, async (snapshot) => {
          expect(snapshot.readAt).toBe(now());
          asOf.push(snapshot.asOf);
          const counted = await Promise.all(asOf.map((at) => histogram(snapshot, { applicationId }, [at])));
          expect(counted.map(([before]) => before?.registered)).toEqual(asOf.map((_, index) => index + 2));
        });
        await record(users % 2 === 0 ? stores.first : stores.second, applicationId);
        stores.clock.advance(hour);
      }
      expect(new Set(asOf).size).toBe(4);
      stores.clock.set(start + day);
      expect(await record(stores.second, applicationId)).toBe(now());
    });

    it('is believed where it goes back by more than a week, and everybody is counted all the same', async () => {
      const start = await begin();
      const applicationId = id('app');
      const userId = id('usr');
      await record(stores.first, applicationId, { userId });
      stores.clock.set(start - 8 * day);
      expect(await record(stores.second, applicationId)).toBe(now());
      expect(await record(stores.second, applicationId, { userId, environment: 'SANDBOX' })).toBe(start);
      await inSnapshot(stores.first, async (snapshot) => {
        for (const scope of everyScope(applicationId)) {
          expect(await totalOf(snapshot, scope)).toBe((await walk(snapshot, scope, { to: snapshot.asOf })).length);
        }
        expect(await totalOf(snapshot, { applicationId })).toBe(2);
      });
    });

    it('registers nobody before he was made', async () => {
      const start = await begin();
      const [applicationId, userId] = [id('app'), id('usr')];
      const user = { id: userId, username: userId, enabled: true, epoch: 0, createdAt: start };
      expect(await stores.first.users.create(user, eventOf(id('event')))).toBe('created');
      stores.clock.set(start - 30 * day);
      expect(await record(stores.second, applicationId, { userId })).toBe(start);
      expect(await record(stores.first, applicationId, { userId, environment: 'SANDBOX' })).toBeGreaterThanOrEqual(
        start,
      );
      await expectRegistered(applicationId, 1);
    });
  });
};
