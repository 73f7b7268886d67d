import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEnvironment } from '../../src/model/application.js';
import type { EpochMillis } from '../../src/model/clock.js';
import type { Store } from '../../src/store/port/store.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import {
  day,
  differences,
  eventOf,
  histogram,
  hour,
  idMaker,
  inSnapshot,
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
    const record = (
      store: Store,
      applicationId: string,
      { userId = id('usr'), environment = 'PRODUCTION' as KeyEnvironment } = {},
    ) => store.registrations.record({ applicationId, environment, userId, at: now() });
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
  });
};
