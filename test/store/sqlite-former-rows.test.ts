import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { temporaryFolder } from '../support/server-process.js';
import { accessTokenOf } from './samples.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('reads an access token whose row a former version wrote', async () => {
  const file = `${folder.path}/tallygate.db`;
  const token = accessTokenOf('digest', { userId: 'usr_1', familyId: 'fam_1' });
  const store = await openSqliteStore(file, { clock: () => token.issuedAt });
  await store.tokens.keepAccessToken(token);
  await store.close();
  asVersion2(file, JSON.stringify(token));
  const upgraded = await openSqliteStore(file, { clock: () => token.issuedAt });
  expect(await upgraded.tokens.findAccessToken('digest', token.issuedAt)).toEqual(token);
  await upgraded.close();
});

/** In which the body held everything. */
const asVersion2 = (file: string, body: string): void => {
  const database = new DatabaseSync(file);
  database.prepare('UPDATE access_tokens SET body = ?').run(body);
  database.exec('PRAGMA user_version = 2');
  database.close();
};
