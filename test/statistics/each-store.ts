import process from 'node:process';
import { openMongoStores, openSqliteStores } from '../store/adapters.js';
import type { OpenedStores } from '../store/opened-stores.js';

const mongo = process.env['TALLYGATE_TEST_MONGODB_URL'];

export interface StoreUnderTest {
  readonly name: string;
  /** Two stores over the same data: on MongoDB like two servers. */
  readonly open: () => Promise<OpenedStores>;
}

/** The embedded store always, MongoDB where the tests are told of one. */
export const eachStore: readonly StoreUnderTest[] = [
  { name: 'SQLite', open: openSqliteStores },
  ...(mongo === undefined ? [] : [{ name: 'MongoDB', open: () => openMongoStores(mongo) }]),
];
