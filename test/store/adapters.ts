import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { openTestStore } from '../support/test-store.js';
import { manualClock, type OpenedStores } from './opened-stores.js';

export const openSqliteStores = async (): Promise<OpenedStores> => {
  const opened = await openTestStore();
  return { first: opened.store, second: opened.store, clock: opened.clock, close: () => opened.close() };
};

/** A database of its own on a server that others may use too; 64 callers wait longer for the engine of the tests than for a MongoDB. */
export const databaseUrl = (serverUrl: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/tallygate_test_${randomBytes(6).toString('hex')}`;
  url.searchParams.set('waitQueueTimeoutMS', '1400');
  url.searchParams.set('maxPoolSize', '16');
  return url.href;
};

export const dropDatabase = async (url: string): Promise<void> => {
  const client = new mongo.MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
};

export const openMongoStores = async (serverUrl: string): Promise<OpenedStores> => {
  const url = databaseUrl(serverUrl);
  const clock = manualClock();
  const first = await openMongoStore(url, { clock: clock.now });
  const second = await openMongoStore(url, { clock: clock.now });
  return {
    first,
    second,
    clock,
    close: async () => {
      await first.close();
      await second.close();
      await dropDatabase(url);
    },
  };
};
