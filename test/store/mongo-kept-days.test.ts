import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';
import { manualClock, type ManualClock } from './opened-stores.js';
import { day, differences, histogram, idMaker, inSnapshot, sweepAll, walk } from './registration-reading.js';

/** The orders in which a change and the closing of its day can meet, made to happen by holding messages of one of two servers. */
const describeMeetings = (server: string) => {
  describe('a closed day on MongoDB', () => {
    const url = databaseUrl(server);
    const id = idMaker('kept');
    let clock: ManualClock;
    let proxy: MeddlingProxy;
    let held: Store;
    let free: Store;
    beforeAll(async () => {
      clock = manualClock();
      const options = { clock: clock.now, patience: 30 };
      proxy = await startMeddlingProxy(url);
      held = await openMongoStore(proxy.through(url), options);
      free = await openMongoStore(url, options);
    });
    afterAll(async () => {
      await held.close();
      await free.close();
      await proxy.close();
      await dropDatabase(url);
    });

    const kept = 'kept_registrations';
    const sweep = () => sweepAll(free, clock.now());
    const record = (store: Store, applicationId: string, at: number) =>
      store.registrations.record({ applicationId, environment: 'PRODUCTION', userId: id('usr'), at });
    /** A first login up to the message that makes its row, which is held. */
    const recordUpToRow = async (store: Store, applicationId: string, at: number) => {
      const asked = proxy.hold('productionFirst');
      const recording = record(store, applicationId, at);
      // The first such message asks whether there is a registration to move, the second makes the row.
      (await asked).letGo();
      return { recording, row: await proxy.hold('productionFirst') };
    };
    /** A day with one registration, closed. */
    const closedDay = async (): Promise<{ readonly applicationId: string; readonly at: number }> => {
      const closed = { applicationId: id('app'), at: clock.now() };
      await record(free, closed.applicationId, closed.at);
      clock.advance(2 * day);
      await sweep();
      return closed;
    };
    const expectRegistered = (applicationId: string, users: number) =>
      inSnapshot(free, async (snapshot) => {
        expect(await walk(snapshot, { applicationId })).toHaveLength(users);
        expect(await histogram(snapshot, { applicationId }, [snapshot.asOf])).toEqual([
          { registered: users, erased: 0 },
        ]);
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });

    it('is not closed by figures that were counted before a change, however late they arrive', async () => {
      const { applicationId, at } = await closedDay();
      await record(free, applicationId, at);
      const figures = proxy.hold('registeredQuarters');
      const sweeping = held.sweep(clock.now());
      const late = await figures;
      await record(free, applicationId, at);
      await expectRegistered(applicationId, 3);
      late.letGo();
      await sweeping;
      await expectRegistered(applicationId, 3);
      await sweep();
      await expectRegistered(applicationId, 3);
    });

    /** The sweep leaves the day open, and each registration counts from its row on. */
    const readLiveWhileRecorded = async (
      applicationId: string,
      { recording, row }: Awaited<ReturnType<typeof recordUpToRow>>,
    ): Promise<void> => {
      await sweep();
      await expectRegistered(applicationId, 1);
      const finish = proxy.hold(kept);
      row.letGo();
      const end = await finish;
      await expectRegistered(applicationId, 2);
      end.letGo();
      expect(await recording).toBe('first');
    };

    it('is not closed while a change of it runs', async () => {
      const { applicationId, at } = await closedDay();
      await readLiveWhileRecorded(applicationId, await recordUpToRow(held, applicationId, at));
      await expectRegistered(applicationId, 2);
      await sweep();
      await expectRegistered(applicationId, 2);
    });

    it('is announced by a login that begins minutes before it can be closed', async () => {
      const applicationId = id('app');
      const at = clock.now();
      await record(free, applicationId, at);
      clock.set((Math.floor(at / day) + 1) * day + 6 * 60_000);
      const started = await recordUpToRow(held, applicationId, at);
      clock.advance(4.5 * 60_000);
      await readLiveWhileRecorded(applicationId, started);
    });

    it('is part of its month also where the month ends long after it', async () => {
      const { applicationId } = await closedDay();
      clock.advance(40 * day);
      await sweep();
      await expectRegistered(applicationId, 1);
    });

    it('is opened again by a change that was taken for dead', async () => {
      const { applicationId, at } = await closedDay();
      const { recording, row } = await recordUpToRow(held, applicationId, at);
      clock.advance(6 * 60_000);
      await sweep();
      row.letGo();
      // The row is there; the change has taken too long to be sure of its days, and says so.
      await recording.catch(() => undefined);
      await sweep();
      await expectRegistered(applicationId, 2);
    });

    it('counts a login whose row was made after its day was closed', async () => {
      const applicationId = id('app');
      const at = clock.now();
      await record(free, applicationId, at);
      const { recording, row } = await recordUpToRow(held, applicationId, at);
      clock.advance(2 * day);
      await sweep();
      await expectRegistered(applicationId, 1);
      row.letGo();
      expect(await recording).toBe('first');
      await expectRegistered(applicationId, 2);
    });

    it('counts such a login of a server whose clock stood still meanwhile', async () => {
      const standing = manualClock(clock.now());
      const paused = await openMongoStore(proxy.through(url), { clock: standing.now, patience: 30 });
      const applicationId = id('app');
      const at = clock.now();
      await record(free, applicationId, at);
      const { recording, row } = await recordUpToRow(paused, applicationId, at);
      clock.advance(2 * day);
      await sweep();
      row.letGo();
      expect(await recording).toBe('first');
      await expectRegistered(applicationId, 2);
      await sweep();
      await expectRegistered(applicationId, 2);
      await paused.close();
    });
  });
};

onMongoDB(describeMeetings);
