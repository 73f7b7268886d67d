import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { temporaryFolder } from '../support/server-process.js';
import { manualClock } from './opened-stores.js';
import { eventOf, sweepAll } from './registration-reading.js';
import { accessTokenOf, applicationOf, familyOf, keySetOf, userOf } from './samples.js';

const applicationId = 'app_1';
const userId = 'usr_1';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
const file = () => `${folder.path}/tallygate.db`;

beforeEach(async () => {
  folder = await temporaryFolder();
  const clock = manualClock();
  store = await openSqliteStore(file(), { clock: clock.now });
  const keys = {
    PRODUCTION: keySetOf('ks_1', { authenticationMethod: 'NONE', redirectUris: ['https://app.example'] }),
  };
  await store.applications.create(applicationOf(applicationId, { keys }), eventOf('evt_1'));
  await store.users.create(userOf(userId), eventOf('evt_2'));
  await store.tokens.open(
    familyOf('fam_1', { applicationId, userId }),
    accessTokenOf('digest', { applicationId, userId }),
  );
  const of = { applicationId, environment: 'PRODUCTION' } as const;
  await store.registrations.record({ ...of, userId, at: clock.now() });
  const quarters = new Map([[1, { issued: 1, refused: 0 }]]);
  await store.activity.record({
    tallies: [{ ...of, server: 'server', grantType: 'password', day: 1, quarters }],
    users: [{ ...of, userId, day: 1, quarters: [1] }],
  });
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

/** How many rows each table with this column has for this value. */
const rowsOf = (column: string, value: string): Readonly<Record<string, unknown>> => {
  const database = new DatabaseSync(file(), { readOnly: true });
  const tables = database
    .prepare(
      `SELECT t.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.name = ?`,
    )
    .all(column);
  const counts = tables.map(({ name }: any) => [
    name,
    database.prepare(`SELECT count(*) AS rows FROM ${name} WHERE ${column} = ?`).get(value),
  ]);
  database.close();
  return Object.fromEntries(counts);
};

it.each([
  [
    'a deleted application',
    'application_id',
    applicationId,
    () => store.applications.remove(applicationId, eventOf('evt_3')),
  ],
  ['an erased user', 'user_id', userId, () => store.users.erase(userId, eventOf('evt_3'))],
])('nothing is left of %s in any table that can tell of one', async (_what, column, value, end) => {
  // `erasures` is written by the deletion itself, and emptied at its end.
  const before = Object.entries(rowsOf(column, value)).filter(([table]) => table !== 'erasures');
  expect(before.length).toBeGreaterThanOrEqual(4);
  // A table that is new here needs a row first: whether it is emptied cannot be seen otherwise.
  for (const [, rows] of before) expect(rows).not.toEqual({ rows: 0 });
  await end();
  for (const rows of Object.values(rowsOf(column, value))) expect(rows).toEqual({ rows: 0 });
});

it.each([
  ['removals', 'removed_applications (id, cleaned)', (index: number) => `('app_${index}_gone', 0)`],
  ['erasures', 'erasures (user_id)', (index: number) => `('usr_${index}_gone')`],
])('sweeping until there is nothing to do finishes all %s that a crash has left', async (_what, columns, row) => {
  const rows = Array.from({ length: 10 }, (_, index) => row(index)).join(', ');
  await store.close();
  const database = new DatabaseSync(file());
  database.exec(`INSERT INTO ${columns} VALUES ${rows}`);
  database.close();
  const clock = manualClock();
  store = await openSqliteStore(file(), { clock: clock.now });
  await sweepAll(store, clock.now());
  const left = new DatabaseSync(file(), { readOnly: true });
  const pending = 'SELECT id FROM removed_applications WHERE cleaned = 0 UNION ALL SELECT user_id FROM erasures';
  expect(left.prepare(pending).all()).toEqual([]);
  left.close();
});
