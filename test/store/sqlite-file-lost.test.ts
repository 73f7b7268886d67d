import { copyFileSync, openSync, closeSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { StoreUnavailable, type Store } from '../../src/store/port/store.js';
import { openConnection } from '../../src/store/sqlite/connection.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { recordingLog } from '../support/recording-log.js';
import { temporaryFolder } from '../support/server-process.js';
import { eventOf } from './registration-reading.js';
import { userOf } from './samples.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let store: Store;
const { log, logged } = recordingLog();
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'tallygate.db');
  logged.length = 0;
  store = await openSqliteStore(file, { log });
  await create('before');
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const create = (id: string) => store.users.create(userOf(id), eventOf(`event of ${id}`));
const events = () => logged.map(({ event }) => event);

it.each([
  ['removed', () => rmSync(file)],
  [
    'replaced',
    () => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
  ],
  ['cut', () => truncateSync(file, 4096)],
  ['robbed of its log', () => rmSync(`${file}-wal`)],
])('writes nothing into a database file that was %s, and says so once', async (_, spoil) => {
  spoil();
  await expect(create('after')).rejects.toThrow(StoreUnavailable);
  await expect(create('later')).rejects.toThrow(StoreUnavailable);
  await expect(store.ping()).rejects.toThrow(StoreUnavailable);
  expect(await store.users.find('before')).toBeDefined();
  expect(events()).toEqual(['database_file_lost']);
});

it('goes on when a database file that was moved away is back', async () => {
  renameSync(file, `${file}.away`);
  await expect(create('after')).rejects.toThrow(StoreUnavailable);
  renameSync(`${file}.away`, file);
  expect(await create('after')).toBe('created');
  await store.ping();
  expect(events()).toEqual(['database_file_lost', 'store_recovered']);
});

it('goes on when somebody else has made the file smaller in good order', async () => {
  const shell = openConnection(file);
  shell.exec('CREATE TABLE filling (content BLOB) STRICT; INSERT INTO filling VALUES (zeroblob(1000000))');
  shell.exec('DROP TABLE filling; PRAGMA wal_checkpoint(TRUNCATE)');
  const { size } = statSync(file);
  expect(await create('in the large file')).toBe('created');
  shell.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  shell.close();
  expect(statSync(file).size).toBeLessThan(size - 900_000);
  expect(await create('in the small file')).toBe('created');
  await store.ping();
  truncateSync(file, 8192);
  await expect(create('after')).rejects.toThrow(StoreUnavailable);
  expect(events()).toEqual(['database_file_lost']);
});

it('says once that pages of the database file are damaged', async () => {
  await store.close();
  store = await openSqliteStore(file, { log });
  spoilPages();
  await expect(store.users.find('before')).rejects.toThrow(StoreUnavailable);
  await expect(create('after')).rejects.toThrow(StoreUnavailable);
  expect(events()).toEqual(['database_file_damaged']);
});

/** All but the first one. */
const spoilPages = (): void => {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(statSync(file).size - 4096, 0xa5), 0, undefined, 4096);
  closeSync(descriptor);
};
