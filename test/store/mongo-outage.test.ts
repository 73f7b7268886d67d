import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEngine, type Engine } from '../../scripts/mongodb-engine.mjs';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { StoreUnavailable, type Store } from '../../src/store/port/store.js';
import { awakeMillis } from '../support/awake-millis.js';
import { startMeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';
import { eventOf, idMaker } from './registration-reading.js';
import { accessTokenOf, applicationOf, familyOf, nextOf, userOf } from './samples.js';

const limitMillis = 2_000;

/** Every call's outcome and how long it took at most. */
const attempt = async (store: Store, id: (what: string) => string) => {
  const calls: readonly (() => Promise<unknown>)[] = [
    () => store.applications.create(applicationOf(id('app')), eventOf(id('event'))),
    () => store.applications.findClient('client'),
    () => store.users.findByUsername('name'),
    () => store.users.erase('usr_1', eventOf(id('event'))),
    () => store.tokens.open(familyOf(id('family')), accessTokenOf(id('digest'))),
    () => store.tokens.findFamily('family'),
    () =>
      store.registrations.record({ applicationId: 'app', environment: 'SANDBOX', userId: 'usr_1', at: store.clock() }),
    () => store.activity.record({ tallies: [], users: [] }).then(() => store.settings.find('name')),
    () => store.settings.claim('name', 'value'),
    () => store.audit.page({}, { first: 1 }),
    () => store.openSnapshot().then((snapshot) => snapshot.close()),
    () => store.sweep(store.clock()),
  ];
  let outcomes: readonly PromiseSettledResult<unknown>[] = [];
  const millis = await awakeMillis(async () => {
    outcomes = await Promise.allSettled(calls.map((call) => call()));
  });
  return { outcomes, millis };
};

const isUnavailable = (outcome: PromiseSettledResult<unknown>): boolean =>
  outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailable;

/** Asks until the store answers; how long that took. */
const recovery = (store: Store): Promise<number> =>
  awakeMillis(async () => {
    while (
      !(await store.ping().then(
        () => true,
        () => false,
      ))
    )
      await new Promise((resolve) => setImmediate(resolve));
  });

const describeOutages = () => {
  describe('a MongoDB that goes away', () => {
    let engine: Engine;
    let store: Store;
    const id = idMaker('outage');
    beforeAll(async () => {
      engine = await startEngine();
      store = await openMongoStore(engine.url);
    });
    afterAll(async () => {
      await store.close();
      await engine.stop();
    });

    it('answers every call with StoreUnavailable in time, and works again when it is back, with everything that was acknowledged', async () => {
      const user = userOf(id('usr'));
      expect(await store.users.create(user, eventOf(id('event')))).toBe('created');
      await engine.kill();
      for (const round of [1, 2]) {
        const { outcomes, millis } = await attempt(store, (what) => id(`${what}${round}`));
        expect(outcomes.filter((outcome) => !isUnavailable(outcome))).toEqual([]);
        expect(millis).toBeLessThan(limitMillis);
      }
      const told = () => expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await awakeMillis(told)).toBeLessThan(1_000);
      await engine.restart();
      expect(await recovery(store)).toBeLessThan(limitMillis);
      expect(await store.users.find(user.id)).toEqual(user);
      expect((await attempt(store, id)).outcomes.filter(isUnavailable)).toEqual([]);
    });

    it('does not hang on a server that says nothing', async () => {
      engine.freeze();
      try {
        const { outcomes, millis } = await attempt(store, id);
        expect(outcomes.filter((outcome) => !isUnavailable(outcome))).toEqual([]);
        expect(millis).toBeLessThan(limitMillis);
      } finally {
        engine.thaw();
      }
      expect(await recovery(store)).toBeLessThan(limitMillis);
    });

    it('ends a statistics operation in time, however many questions it asks', async () => {
      const snapshot = await store.openSnapshot();
      await engine.kill();
      const ended = async (): Promise<void> => {
        const questions = Array.from({ length: 8 }, () => snapshot.registrations.extent({ applicationId: 'app' }));
        const outcomes = await Promise.allSettled(questions);
        await snapshot.close();
        expect(outcomes.filter((outcome) => !isUnavailable(outcome))).toEqual([]);
      };
      expect(await awakeMillis(ended)).toBeLessThan(limitMillis);
      await engine.restart();
      expect(await recovery(store)).toBeLessThan(limitMillis);
    });

    it('may be away at the start, and is opened by a later try', async () => {
      await engine.kill();
      await expect(openMongoStore(engine.url)).rejects.toBeInstanceOf(StoreUnavailable);
      await engine.restart();
      const later = await openMongoStore(engine.url);
      await later.ping();
      await later.close();
    });

    it('knows its own write again when the reply was lost', async () => {
      const proxy = await startMeddlingProxy(engine.url);
      const behind = await openMongoStore(proxy.through(`${engine.url}/`));
      const at = behind.clock();
      const ends = {
        issuedAt: at,
        generationAt: at,
        lastUsedAt: at,
        idleExpiresAt: at + 60_000,
        absoluteExpiresAt: at + 60_000,
      };
      const family = familyOf(id('family'), ends);
      const application = applicationOf(id('app'));
      const advance = { familyId: family.id, expectedGeneration: family.generation, at, idleExpiresAt: at + 50_000 };
      const registration = { applicationId: application.id, environment: 'PRODUCTION' as const, userId: id('usr'), at };
      const lossy = async <T>(collection: string, call: () => Promise<T>): Promise<T> => {
        const lost = proxy.loseReplyTo(collection);
        const outcome = await call();
        await lost;
        return outcome;
      };
      await lossy('families', () => behind.tokens.open(family));
      expect(await lossy('families', () => behind.tokens.advance(advance))).toMatchObject({ outcome: 'advanced' });
      expect(await behind.tokens.advance(advance)).toMatchObject({ outcome: 'not_advanced' });
      const create = () => behind.applications.create(application, eventOf(id('event')));
      expect(await lossy('applications', create)).toBe('created');
      expect(await create()).toBe('id_taken');
      const replace = () => behind.applications.replace(nextOf(application), application.version, eventOf(id('event')));
      expect(await lossy('applications', replace)).toBe('replaced');
      expect(await replace()).toBe('version_moved');
      expect(await lossy('registrations', () => behind.registrations.record(registration))).toBe('first');
      expect(await behind.registrations.record(registration)).toBe('already');
      await behind.close();
      await proxy.close();
    });
  });
};

/** On an engine of its own, which nobody else needs. */
onMongoDB(describeOutages);
