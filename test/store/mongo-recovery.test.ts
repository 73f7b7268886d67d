import { mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { onMongoDB } from './mongo-server.js';
import { manualClock, type ManualClock } from './opened-stores.js';
import { day, differences, eventOf, histogram, idMaker, inSnapshot, sweepAll, walk } from './registration-reading.js';
import { applicationOf, familyOf, userOf } from './samples.js';

/** Puts the database into the state in which a crash leaves it, between two writes of one operation. */
const describeRecovery = (server: string) => {
  describe('what a crash interrupted on MongoDB', () => {
    const url = databaseUrl(server);
    const id = idMaker('crash');
    let clock: ManualClock;
    let store: Store;
    let client: mongo.MongoClient;
    beforeAll(async () => {
      clock = manualClock();
      store = await openMongoStore(url, { clock: clock.now, patience: 30 });
      client = new mongo.MongoClient(url);
    });
    afterAll(async () => {
      await store.close();
      await client.close();
      await dropDatabase(url);
    });

    const collection = (name: string) => client.db().collection<{ _id: string }>(name);
    const sweep = () => sweepAll(store, clock.now());
    const record = (applicationId: string, userId: string, at = clock.now()) =>
      store.registrations.record({ applicationId, environment: 'PRODUCTION', userId, at });
    const figures = (applicationId: string) =>
      inSnapshot(store, (snapshot) => histogram(snapshot, { applicationId }, [snapshot.asOf]));

    it('is an erasure: the user is unknown, and the sweep does the rest', async () => {
      const [user, applicationId] = [userOf(id('usr')), id('app')];
      const family = familyOf(id('family'), { userId: user.id });
      const audit = eventOf(id('event'), 'deleteUser');
      await store.users.create(user, eventOf(id('event')));
      await store.tokens.open(family);
      await record(applicationId, user.id);
      const tombstone = { erasedAt: clock.now(), cleaning: true, outbox: [audit], writer: 'a server that crashed' };
      await collection('users').replaceOne({ _id: user.id }, tombstone);
      expect(await store.users.find(user.id)).toBeUndefined();
      await sweep();
      clock.advance(1);
      expect(await figures(applicationId)).toEqual([{ registered: 0, erased: 1 }]);
      expect(await store.tokens.findFamily(family.id)).toBeUndefined();
      expect(await store.audit.find(audit.id)).toEqual(audit);
      expect(await collection('users').findOne({ _id: user.id })).toEqual({
        _id: user.id,
        erasedAt: tombstone.erasedAt,
        writer: tombstone.writer,
      });
    });

    it('is an erasure that is asked for again: nobody is found, and what was left is done', async () => {
      const [user, applicationId] = [userOf(id('usr')), id('app')];
      await store.users.create(user, eventOf(id('event')));
      await record(applicationId, user.id);
      const tombstone = { erasedAt: clock.now(), cleaning: true, writer: 'a server whose reply was lost' };
      await collection('users').replaceOne({ _id: user.id }, tombstone);
      expect(await store.users.erase(user.id, eventOf(id('event'), 'deleteUser'))).toBe('unknown');
      clock.advance(1);
      expect(await figures(applicationId)).toEqual([{ registered: 0, erased: 1 }]);
    });

    it('is the removal of an application: its names are free, and the sweep does the rest', async () => {
      const application = applicationOf(id('app'));
      const family = familyOf(id('family'), { applicationId: application.id });
      await store.applications.create(application, eventOf(id('event')));
      await store.tokens.open(family);
      await record(application.id, id('usr'));
      await collection('applications').replaceOne(
        { _id: application.id },
        { removedAt: clock.now(), cleaning: true, writer: 'a server that crashed' },
      );
      expect(await store.applications.find(application.id)).toBeUndefined();
      await sweep();
      expect(await store.tokens.findFamily(family.id)).toBeUndefined();
      expect(await collection('registrations').countDocuments({ applicationId: application.id })).toBe(0);
      expect(await collection('kept_registrations').countDocuments({ applicationId: application.id })).toBe(0);
      const next = { ...application, id: id('app') };
      expect(await store.applications.create(next, eventOf(id('event')))).toBe('created');
    });

    it('is the way of an event into the log', async () => {
      const user = userOf(id('usr'));
      await store.users.create(user, eventOf(id('event')));
      const left = [eventOf(id('event'), 'updateUser'), eventOf(id('event'), 'updateUser')];
      await collection('users').updateOne({ _id: user.id }, { $set: { outbox: left } });
      // Whoever changes the user next moves his own event and leaves the others where they are.
      const next = eventOf(id('event'), 'updateUser');
      await store.users.update(user.id, { email: 'new@example.com' }, next);
      expect(await store.audit.find(next.id)).toEqual(next);
      await sweep();
      expect(await Promise.all(left.map((event) => store.audit.find(event.id)))).toEqual(left);
      expect(await collection('users').countDocuments({ outbox: { $exists: true } })).toBe(0);
    });

    it('is an import: the sweep carries it out once its time is over, with its event', async () => {
      const applicationId = id('app');
      const audit = eventOf(id('event'), 'importRegistrations');
      const users = [id('usr'), id('usr'), id('usr')];
      const rows = users.map((userId, index) => ({
        ...{ applicationId, environment: 'SANDBOX', userId },
        at: clock.now() - (index + 1) * day,
      }));
      const until = clock.now() + 60_000;
      await collection('imports').insertOne({ _id: audit.id, rows, until, outbox: [audit] } as { _id: string });
      await sweep();
      expect(await figures(applicationId)).toEqual([{ registered: 0, erased: 0 }]);
      clock.advance(60_000);
      await sweep();
      expect(await figures(applicationId)).toEqual([{ registered: 3, erased: 0 }]);
      expect(await store.audit.find(audit.id)).toEqual(audit);
      expect(await collection('imports').countDocuments()).toBe(0);
    });

    it('is a change of a closed day: the day is counted live, and closed again once the time of the change is over', async () => {
      const applicationId = id('app');
      const at = clock.now();
      await record(applicationId, id('usr'), at);
      clock.set((Math.floor(at / day) + 3) * day);
      await sweep();
      const isClosed = async () =>
        (await collection('kept_registrations').countDocuments({ applicationId, grain: 'DAY', closed: true })) === 2;
      expect(await isClosed()).toBe(true);
      // A late login whose server died after it had made its row.
      await collection('kept_registrations').updateMany(
        { applicationId },
        {
          $set: { changing: [{ id: 'change', until: clock.now() + 300_000 }] },
          $inc: { version: 1 },
          $unset: { closed: 1, registered: 1, registeredQuarters: 1, erased: 1 },
        },
      );
      const row = { applicationId, userId: id('usr'), first: at, last: at, productionFirst: at, productionLast: at };
      await collection('registrations').insertOne({ _id: id('row'), ...row });
      const check = () =>
        inSnapshot(store, async (snapshot) => {
          expect(await histogram(snapshot, { applicationId }, [at, snapshot.asOf])).toMatchObject([
            { registered: 0 },
            { registered: 2 },
          ]);
          expect(await walk(snapshot, { applicationId })).toHaveLength(2);
          expect(await differences(snapshot, applicationId)).toEqual([]);
        });
      await check();
      await sweep();
      expect(await isClosed()).toBe(false);
      await check();
      clock.advance(300_000);
      await sweep();
      expect(await isClosed()).toBe(true);
      await check();
    });

    it('shows in the comparison when what is kept is wrong, of days and of months', async () => {
      const applicationId = id('app');
      const at = clock.now();
      await record(applicationId, id('usr'), at);
      clock.advance(40 * day);
      await sweep();
      const change = (grain: 'DAY' | 'MONTH', figure: object) =>
        collection('kept_registrations').updateOne({ applicationId, scope: 'WHOLE', grain }, { $set: figure });
      const wrong = () =>
        inSnapshot(store, async (snapshot) => (await differences(snapshot, applicationId)).map(({ kept }) => kept));
      expect(await wrong()).toEqual([]);
      await change('DAY', { registered: 2 });
      expect(await wrong()).toEqual([{ registered: 2, erased: 0 }]);
      await change('DAY', { registered: 1, registeredQuarters: [0, 1] });
      expect(await wrong()).toEqual([{ registered: 1, erased: 0 }]);
      await change('MONTH', { registered: 7 });
      expect(await wrong()).toHaveLength(2);
    });
  });
};

onMongoDB(describeRecovery);
