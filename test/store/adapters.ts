import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { openTestStore } from '../support/test-store.js';
import { manualClock, type OpenedStores } from './opened-stores.js';

export const openSqliteStores = async (): Promise<OpenedStores> => {
  const opened = await openTestStore();
  return { first: opened.store, second: opened.store, clock: opened.clock, close: () => opened.close() };
};

/** A database of its own on a server that others may use too. */
export const databaseUrl = (serverUrl: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/tallygate_test_${randomBytes(6).toString('hex')}`;
  return url.href;
};

export const dropDatabase = async (url: string): Promise<void> => {
  const client = new mongo.MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
};

/** The engine of the tests is slow, and 64 callers at once wait for it. */
const patience = 30;

export const openMongoStores = async (serverUrl: string): Promise<OpenedStores> => {
  const url = databaseUrl(serverUrl);
  const clock = manualClock();
  const open = () => openMongoStore(url, { clock: clock.now, patience });
  // At the same moment, like servers that find a new database.
  const [first, second] = await Promise.all([open(), open()]);
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
