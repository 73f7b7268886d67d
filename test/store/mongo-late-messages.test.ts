import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utcDayOf, utcDayStart } from '../../src/model/quarter-hour.js';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';
import { manualClock } from './opened-stores.js';
import { eventOf, idMaker, inSnapshot } from './registration-reading.js';
import { createdAt, familyOf, userOf } from './samples.js';

/** How a command on a collection begins: its name, and the collection's name with its length. */
const command = (name: 'delete' | 'find' | 'update', collection: string): string =>
  `${name}\0${String.fromCharCode(collection.length + 1)}\0\0\0${collection}\0`;

const describeLateMessages = (server: string) => {
  describe('a message to MongoDB that arrives late', () => {
    const url = databaseUrl(server);
    const id = idMaker('late');
    const clock = manualClock();
    let proxy: MeddlingProxy;
    let slow: Store;
    let store: Store;
    beforeAll(async () => {
      proxy = await startMeddlingProxy(url);
      slow = await openMongoStore(proxy.through(url), { clock: clock.now, patience: 30 });
      store = await openMongoStore(url, { clock: clock.now, patience: 30 });
    });
    afterAll(async () => {
      await slow.close();
      await store.close();
      await proxy.close();
      await dropDatabase(url);
    });

    /** What a key says that lives for a second from now on. */
    const assertion = (key: string) => store.tokens.claimAssertion(key, clock.now() + 1000, clock.now());
    const idempotency = async (key: string) => {
      const claim = { key, inputDigest: 'digest', targetId: id('target'), expiresAt: clock.now() + 1000 };
      const outcome = await store.idempotency.claim(claim, clock.now());
      return outcome === 'claimed' ? outcome : 'already_claimed';
    };
    const deniedJwt = async (jti: string) => {
      const denied = await store.tokens.isDenied(jti, clock.now());
      await store.tokens.denyJwt(jti, clock.now() + 1000);
      return denied ? 'already_claimed' : 'claimed';
    };

    it.each([
      { what: 'an assertion', collection: 'assertions', claim: assertion },
      { what: 'an idempotency key', collection: 'idempotency_claims', claim: idempotency },
      { what: 'a denied JWT', collection: 'denied_jwts', claim: deniedJwt },
    ])('deletes $what no more that was claimed anew meanwhile', async ({ collection, claim }) => {
      const key = id('key');
      expect(await claim(key)).toBe('claimed');
      clock.advance(1000);
      const asked = proxy.hold(command('delete', collection));
      const sweeping = slow.sweep(clock.now());
      const late = await asked;
      expect(await claim(key)).toBe('claimed');
      late.letGo();
      await sweeping;
      expect(await claim(key)).toBe('already_claimed');
    });

    it('ends no family that was opened with the new password', async () => {
      const user = userOf(id('usr'));
      const families = [user.epoch, user.epoch + 1].map((epoch) =>
        familyOf(id('family'), { userId: user.id, epochs: { client: 1, grant: 1, user: epoch } }),
      );
      await store.users.create(user, eventOf(id('event')));
      const asked = proxy.hold(command('find', 'families'));
      const change = { password: { hash: 'hash', at: createdAt } };
      const changing = slow.users.update(user.id, change, eventOf(id('event')));
      const late = await asked;
      for (const family of families) await store.tokens.open(family);
      late.letGo();
      await changing;
      const found = await Promise.all(families.map((family) => store.tokens.findFamily(family.id)));
      expect(found.map((family) => family?.revokedAt)).toEqual([createdAt, undefined]);
    });

    it('takes nothing back of what its process has counted since', async () => {
      const [applicationId, day] = [id('app'), utcDayOf(clock.now())];
      const record = (through: Store, issued: number) => {
        const quarters = new Map([[0, { issued, refused: 0 }]]);
        const tally = {
          server: 'one',
          applicationId,
          environment: 'PRODUCTION',
          grantType: 'password',
          day,
          quarters,
        } as const;
        return through.activity.record({ tallies: [tally], users: [] });
      };
      const asked = proxy.hold(command('update', 'token_tallies'));
      const recording = record(slow, 1);
      const late = await asked;
      await record(store, 3);
      late.letGo();
      await recording;
      const start = utcDayStart(day);
      const counts = inSnapshot(store, ({ activity }) =>
        activity.tokenCounts({ applicationId, from: start, to: start + 1 }),
      );
      expect(await counts).toEqual([{ grantType: 'password', start, issued: 3, refused: 0 }]);
    });
  });
};

onMongoDB(describeLateMessages);
