import { mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';
import { manualClock } from './opened-stores.js';
import { differences, eventOf, histogram, idMaker, inSnapshot, walk } from './registration-reading.js';
import { userOf } from './samples.js';

/** How a command on the registrations begins: its name, and the collection's name with its length. */
const command = (name: 'insert' | 'update'): string => `${name}\0\x0e\0\0\0registrations\0`;

/** Two servers, one of which is held up in the middle of what it does. */
const describeErasure = (server: string) => {
  describe('an erasure on MongoDB beside what is under way for the user', () => {
    const url = databaseUrl(server);
    const id = idMaker('erasure');
    const clock = manualClock();
    let proxy: MeddlingProxy;
    let slow: Store;
    let store: Store;
    let client: mongo.MongoClient;
    beforeAll(async () => {
      proxy = await startMeddlingProxy(server);
      slow = await openMongoStore(proxy.through(url), { clock: clock.now, patience: 30 });
      store = await openMongoStore(url, { clock: clock.now, patience: 30 });
      client = new mongo.MongoClient(url);
    });
    afterAll(async () => {
      await slow.close();
      await store.close();
      await client.close();
      await proxy.close();
      await dropDatabase(url);
    });

    const made = async () => {
      const user = userOf(id('usr'));
      expect(await store.users.create(user, eventOf(id('event')))).toBe('created');
      const registration = {
        applicationId: id('app'),
        environment: 'PRODUCTION',
        userId: user.id,
        at: clock.now(),
      } as const;
      return { user, registration };
    };
    const rowsOf = (userId: string) => client.db().collection('registrations').countDocuments({ userId });
    const expectNobody = async (applicationId: string, userId: string): Promise<void> => {
      expect(await rowsOf(userId)).toBe(0);
      clock.advance(1);
      await inSnapshot(store, async (snapshot) => {
        expect(await histogram(snapshot, { applicationId }, [snapshot.asOf])).toMatchObject([{ registered: 0 }]);
        expect(await walk(snapshot, { applicationId })).toEqual([]);
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });
    };

    it('leaves no row of a first login that comes after it', async () => {
      const { user, registration } = await made();
      const insert = proxy.hold(command('insert'));
      const login = slow.registrations.record(registration);
      const held = await insert;
      expect(await store.users.erase(user.id, eventOf(id('event')))).toBe('erased');
      held.letGo();
      await login;
      await expectNobody(registration.applicationId, user.id);
      expect(await store.registrations.record(registration)).toBe('already');
    });

    it('lets no first login begin after it', async () => {
      const { user, registration } = await made();
      await store.users.erase(user.id, eventOf(id('event')));
      expect(await slow.registrations.record(registration)).toBe('first'); // so that the caller looks for the user again
      await expectNobody(registration.applicationId, user.id);
    });

    it('leaves no row of an import that comes after it', async () => {
      const { user, registration } = await made();
      const insert = proxy.hold(command('insert'));
      const importing = slow.registrations.import([registration], { audit: eventOf(id('event')) });
      const held = await insert;
      await store.users.erase(user.id, eventOf(id('event')));
      held.letGo();
      expect(await importing).toEqual(['erased']);
      await expectNobody(registration.applicationId, user.id);
    });

    it('lets no import announce a row after it', async () => {
      const { user, registration } = await made();
      const announcement = proxy.hold('registrationKeys');
      const importing = slow.registrations.import([registration], { audit: eventOf(id('event')) });
      const held = await announcement;
      await store.users.erase(user.id, eventOf(id('event')));
      held.letGo();
      expect(await importing).toEqual(['erased']);
      await expectNobody(registration.applicationId, user.id);
    });

    it('shows the user in a cut as long as it shows his registrations, and nowhere else', async () => {
      const { user, registration } = await made();
      await store.registrations.record(registration);
      const burial = proxy.hold(command('update'));
      const erasing = slow.users.erase(user.id, eventOf(id('event')));
      const held = await burial;
      clock.advance(1);
      await inSnapshot(store, async (snapshot) => {
        expect(await walk(snapshot, registration)).toMatchObject([{ userId: user.id }]);
        expect(await snapshot.findUsers([user.id])).toMatchObject([{ id: user.id, username: user.username }]);
      });
      expect(await store.users.find(user.id)).toBeUndefined();
      expect(await store.users.findByUsername(user.username)).toBeUndefined();
      expect(await store.users.findMany([user.id])).toEqual([]);
      const next = userOf(id('usr'), { username: user.username });
      expect(await store.users.create(next, eventOf(id('event')))).toBe('created');
      held.letGo();
      expect(await erasing).toBe('erased');
      await expectNobody(registration.applicationId, user.id);
      await inSnapshot(store, async (snapshot) => expect(await snapshot.findUsers([user.id])).toEqual([]));
    });

    it('keeps nothing of the person', async () => {
      const { user, registration } = await made();
      await store.registrations.record(registration);
      await store.users.erase(user.id, eventOf(id('event')));
      const document = await client.db().collection<{ _id: string }>('users').findOne({ _id: user.id });
      expect(Object.keys(document ?? {}).sort()).toEqual(['_id', 'erasedAt', 'writer']);
    });
  });
};

onMongoDB(describeErasure);
