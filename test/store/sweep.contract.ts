import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyEnvironment } from '../../src/model/application.js';
import type { EpochMillis } from '../../src/model/clock.js';
import type { RegistrationCount, RegistrationsOf } from '../../src/store/port/registrations.js';
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
  isUnion,
  sweepAll,
  totalOf,
  walk,
} from './registration-reading.js';

export const sweepContract: Contract = (name, open) => {
  describe(`sweep on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('sweep');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second);
    const now = () => stores.clock.now();
    const record = (applicationId: string, at: EpochMillis, environment: KeyEnvironment = 'PRODUCTION') =>
      stores.first.registrations.record({ applicationId, environment, userId: id('usr'), at });
    const figures = (of: RegistrationsOf, boundaries: readonly EpochMillis[]): Promise<readonly RegistrationCount[]> =>
      inSnapshot(stores.second, (snapshot) => histogram(snapshot, of, [...boundaries, snapshot.asOf]));
    const registered = async (of: RegistrationsOf, boundaries: readonly EpochMillis[]): Promise<readonly number[]> =>
      (await figures(of, boundaries)).map((count) => count.registered);
    const sweep = () => sweepAll(stores.first, now());
    /** To the first minutes of a new UTC day, in which no day is closed that was not. */
    const midnight = (): EpochMillis => Math.ceil((now() + 1) / day) * day;

    it('ends, also when several servers sweep at the same moment', async () => {
      await Promise.all([0, 1, 2, 3].map((index) => sweepAll(either(index), now())));
      expect(await stores.first.sweep(now())).toBe(0);
      expect(await stores.second.sweep(now())).toBe(0);
    });

    it('leaves every figure as it was when it closes days and months', async () => {
      const applicationId = id('app');
      const start = Math.floor(now() / day) * day;
      for (let passed = 0; passed < 34; passed += 3) {
        stores.clock.set(start + passed * day + 7 * hour + passed);
        await record(applicationId, now());
        await record(applicationId, now() - 1, 'SANDBOX');
      }
      const boundaries = [0, 3, 4, 20, 33].map((passed) => start + passed * day + 7 * hour + passed);
      const live = await Promise.all(everyScope(applicationId).map((of) => figures(of, boundaries)));
      stores.clock.set(start + 40 * day);
      await sweep();
      expect(await Promise.all(everyScope(applicationId).map((of) => figures(of, boundaries)))).toEqual(live);
      expect(live.map((counts) => counts.map((count) => count.registered))).toEqual([
        [1, 2, 1, 10, 9, 1],
        [0, 1, 1, 5, 4, 1],
        [1, 1, 0, 5, 5, 0],
      ]);
      await inSnapshot(stores.first, async (snapshot) => {
        expect(await differences(snapshot, applicationId)).toEqual([]);
        expect(await totalOf(snapshot, { applicationId })).toBe(24);
      });
    });

    it('counts what changes in closed days at once, and still after the next sweep', async () => {
      const applicationId = id('app');
      const at = now();
      await record(applicationId, at);
      await record(applicationId, at + 1);
      stores.clock.set(midnight() + 40 * day);
      await sweep();
      expect(await registered({ applicationId }, [at, at + 1])).toEqual([0, 1, 1]);

      const late = { applicationId, environment: 'SANDBOX' as const, userId: id('usr'), at };
      expect(await stores.second.registrations.record(late)).toBe('first');
      expect(await registered({ applicationId }, [at, at + 1])).toEqual([0, 2, 1]);
      await stores.first.registrations.import([{ ...late, at: at - 3 * day }], { audit: eventOf(id('event')) });
      expect(await registered({ applicationId }, [at - day, at, at + 1])).toEqual([1, 0, 1, 1]);
      await sweep();
      expect(await registered({ applicationId }, [at - day, at, at + 1])).toEqual([1, 0, 1, 1]);
      await stores.second.registrations.bury(applicationId, late.userId);
      const buried = [
        { registered: 0, erased: 1 },
        { registered: 2, erased: 0 },
      ];
      expect(await figures({ applicationId }, [at - day])).toEqual(buried);
      await sweep();
      expect(await figures({ applicationId }, [at - day])).toEqual(buried);
      await inSnapshot(stores.first, async (snapshot) => {
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });
    });

    it('closes days beside late logins, imports and burials, and shows the same in figures and list all the time', async () => {
      const applicationId = id('app');
      const yesterday = now();
      const lanes = Array.from({ length: 4 }, () => Array.from({ length: 10 }, () => id('usr')));
      const row = (userId: string, at: EpochMillis, environment: KeyEnvironment = 'PRODUCTION') => ({
        applicationId,
        environment,
        userId,
        at,
      });
      stores.clock.set(midnight() + 11 * 60_000);
      let writing = true;
      const whileWriting = async (work: () => Promise<unknown>): Promise<void> => {
        while (writing) {
          await work();
          await turn(); // a store that answers at once would never let the writers run
        }
      };
      const write = async (users: readonly string[], lane: number): Promise<void> => {
        const { registrations } = either(lane);
        for (const [index, userId] of users.entries()) {
          await registrations.record(row(userId, yesterday - index));
          if (index % 3 === 1) await registrations.record(row(userId, yesterday, 'SANDBOX'));
          if (index % 3 === 2) {
            await registrations.import([row(userId, yesterday - day, 'SANDBOX')], { audit: eventOf(id('event')) });
          }
          if (index % 5 === 4) await registrations.bury(applicationId, userId);
        }
      };
      const check = () =>
        inSnapshot(stores.second, async (snapshot) => {
          expect(await differences(snapshot, applicationId)).toEqual([]);
          expect(await isUnion(snapshot, applicationId)).toBe(true);
          for (const scope of everyScope(applicationId)) {
            expect(await totalOf(snapshot, scope)).toBe((await walk(snapshot, scope, { first: 100 })).length);
          }
          return histogram(snapshot, { applicationId }, [snapshot.asOf]);
        });
      const others = [
        whileWriting(() => stores.first.sweep(now())),
        whileWriting(() => stores.second.sweep(now())),
        whileWriting(check),
      ];
      try {
        await Promise.all(lanes.map(write));
      } finally {
        writing = false;
      }
      await Promise.all(others);
      expect(await check()).toEqual([{ registered: 32, erased: 8 }]);
      await sweep();
      expect(await check()).toEqual([{ registered: 32, erased: 8 }]);
    });

    it('forgets what has expired, a revoked family after a month, another one when its access tokens must be over', async () => {
      const at = now();
      const epochs = { client: 0, grant: 0, user: 0 };
      const family = {
        ...{
          id: id('fam'),
          grantType: 'password' as const,
          applicationId: id('app'),
          keySetId: 'key',
          clientId: 'client',
        },
        ...{ environment: 'PRODUCTION' as const, scopes: ['default'], epochs, generation: 0, generationAt: at },
        ...{ issuedAt: at, lastUsedAt: at, idleExpiresAt: at + hour, absoluteExpiresAt: at + day },
      };
      const claim = { key: id('key'), inputDigest: 'digest', targetId: 'target', expiresAt: at + hour };
      const revoked = { ...family, id: id('fam') };
      const idle = { ...family, id: id('fam'), absoluteExpiresAt: at + 3650 * day };
      await stores.first.tokens.open(idle);
      await stores.first.tokens.open(family);
      await stores.first.tokens.open(revoked);
      await stores.first.tokens.revokeFamily(revoked.id, at);
      await stores.first.idempotency.claim(claim, at);
      await sweep();
      expect(await stores.second.tokens.findFamily(family.id)).toEqual(family);
      stores.clock.set(at + 2 * hour);
      await sweep();
      expect(await stores.second.tokens.findFamily(family.id)).toEqual(family);
      expect(await stores.second.idempotency.claim({ ...claim, expiresAt: at + day }, now())).toBe('claimed');
      stores.clock.set(at + 32 * day);
      await sweep();
      expect(await stores.second.tokens.findFamily(family.id)).toEqual(family);
      expect(await stores.second.tokens.findFamily(revoked.id)).toBeUndefined();
      stores.clock.set(at + 366 * day);
      await sweep();
      expect(await stores.second.tokens.findFamily(family.id)).toBeUndefined();
      expect(await stores.second.tokens.findFamily(idle.id)).toBeUndefined(); // by the first of its two ends
    });
  });
};
