import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { verifyStatistics } from '../../src/statistics/verify-statistics.js';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from '../store/adapters.js';
import { onMongoDB } from '../store/mongo-server.js';
import { manualClock } from '../store/opened-stores.js';
import { day, sweepAll } from '../store/registration-reading.js';
import { addApplication, register } from './fixture.js';

const describeDamage = (server: string): void => {
  describe('verifyStatistics on MongoDB', () => {
    const url = databaseUrl(server);
    const clock = manualClock();
    const client = new mongo.MongoClient(url);
    const collection = (name: string) => client.db().collection<{ _id: string }>(name);
    let store: Store;
    beforeAll(async () => {
      store = await openMongoStore(url, { clock: clock.now, patience: 30 });
    });
    afterAll(async () => {
      await store.close();
      await client.close();
      await dropDatabase(url);
    });

    /** Two users of a closed day, and one of today. */
    const someApplication = async (): Promise<{ readonly id: string; readonly users: readonly string[] }> => {
      const { id } = await addApplication(store, `Orchard ${clock.now()}`);
      const users = await register(store, id, [clock.now(), clock.now() + 1]);
      clock.advance(3 * day);
      await sweepAll(store, clock.now());
      await register(store, id, [clock.now()]);
      expect((await verifyStatistics(store, { applicationId: id })).differences).toEqual([]);
      return { id, users };
    };
    const today = () => Math.floor(clock.now() / day);
    const keptOf = (applicationId: string, period: number, grain = 'DAY') => ({
      ...{ _id: `${applicationId}/WHOLE/${grain}/${period}`, applicationId, scope: 'WHOLE', grain, period },
      ...{ version: 1, changing: [], closed: true, registered: 5, erased: 0 },
    });
    const move = async (userId: string, at: number): Promise<void> => {
      const instants = { first: at, productionFirst: at, newest: at };
      await collection('registrations').updateOne({ userId }, { $set: instants });
    };

    test.each([
      {
        what: 'a registration whose user is gone',
        damage: ({ users: [userId = ''] }) => collection('users').deleteOne({ _id: userId }),
        figures: ['users of the list'],
      },
      {
        what: 'figures of a day that is still to be closed',
        damage: ({ id }) => collection('kept_registrations').insertOne(keptOf(id, today())),
        figures: ['kept 2'],
      },
      {
        what: 'figures of a day that has not begun',
        damage: ({ id }) => collection('kept_registrations').insertOne(keptOf(id, today() + 400)),
        figures: ['kept 2'],
      },
      {
        what: 'figures of a month that has not begun',
        damage: ({ id }) => collection('kept_registrations').insertOne(keptOf(id, 1200, 'MONTH')),
        figures: ['kept quarter hours that agree 2070-01-01'],
      },
      {
        what: 'a registration of a year that no answer can tell',
        damage: ({ users: [userId = ''] }) => move(userId, Date.UTC(12_000, 0)),
        figures: ['registrations after asOf'],
      },
      {
        what: 'a registration of an instant that no date can tell',
        damage: ({ users: [userId = ''] }) => move(userId, 1e18),
        figures: ['registrations after asOf'],
      },
      {
        what: 'a registration of before 1970',
        damage: ({ users: [userId = ''] }) => move(userId, -1),
        figures: ['registrations before 1970'],
      },
      {
        // The last one: every cut from here on lies behind it.
        what: 'a registration of a year that no series reaches',
        damage: ({ users: [userId = ''] }) => move(userId, Date.UTC(3000, 5)),
        figures: ['sum of the series', 'sum of the CSV'],
      },
    ] satisfies readonly {
      readonly what: string;
      readonly damage: (application: { readonly id: string; readonly users: readonly string[] }) => Promise<unknown>;
      readonly figures: readonly string[];
    }[])('reports $what', async ({ damage, figures }) => {
      const application = await someApplication();
      await damage(application);
      const { differences } = await verifyStatistics(store, { applicationId: application.id });
      const named = differences.filter(({ environment }) => environment === undefined).map(({ figure }) => figure);
      for (const figure of figures) expect(named.map((name) => name.slice(0, figure.length))).toContain(figure);
    });

    test.each([
      { name: 'registrations', document: { _id: 'key', applicationId: 'app_a', userId: 'usr_a', first: 5, last: 5 } },
      { name: 'kept_registrations', document: keptOf('app_b', 20_000) },
    ])('reports an application that never was, in $name', async ({ name, document }) => {
      await collection(name).insertOne(document);
      const { differences } = await verifyStatistics(store, {});
      expect(differences).toContainEqual({
        applicationId: document.applicationId,
        environment: undefined,
        figure: 'applications that are known',
        kept: 0,
        counted: 1,
      });
    });
  });
};

onMongoDB(describeDamage);
