import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { openCommitLog, type CommitLog } from '../../src/store/sqlite/commit-log.js';
import { openConnection, type Connection } from '../../src/store/sqlite/connection.js';
import { settlingMillis } from '../../src/store/sqlite/disk-watch.js';
import { createGroupCommit, type GroupCommit } from '../../src/store/sqlite/group-commit.js';
import { storeWatch } from '../../src/store/sqlite/store-watch.js';
import { recordingLog } from '../support/recording-log.js';
import { temporaryFolder } from '../support/server-process.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let made = 0;
let file: string;
let writer: Connection;
let commits: GroupCommit;
let now = 0;
const { log, logged } = recordingLog();

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());
beforeEach(() => {
  file = join(folder.path, `${(made += 1)}.db`);
  writer = openConnection(file);
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON');
  writer.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT');
  writer.exec(
    'CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT, parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT',
  );
  logged.length = 0;
  commits = commitsOf(openCommitLog(file, writer));
});

const commitsOf = (commitLog: CommitLog): GroupCommit =>
  createGroupCommit(
    { connection: writer, commitLog },
    storeWatch({ path: file, connection: writer, commitLog }, () => now, log),
  );
const insert = (id: number, body = ''): number =>
  writer.statement('INSERT INTO rows (id, body) VALUES (?, ?)').run(id, body);
const ids = (connection: Connection): readonly number[] =>
  connection
    .statement<{ readonly id: number }>('SELECT id FROM rows ORDER BY id')
    .all()
    .map(({ id }) => id);

it('shares one transaction among at most 64 writes and answers after it', async () => {
  const reader = openConnection(file, { readOnly: true });
  const versionOf = () =>
    reader.statement<{ readonly data_version: number }>('PRAGMA data_version').get()?.data_version;
  const transactions = new Map<number | undefined, number>();
  const seen = await Promise.all(
    Array.from({ length: 130 }, async (_, id) => {
      await commits.write(
        () => insert(id),
        () => transactions.set(versionOf(), (transactions.get(versionOf()) ?? 0) + 1),
      );
      return ids(reader).includes(id);
    }),
  );
  expect([...transactions.values()]).toEqual([64, 64, 2]);
  expect(new Set(seen)).toEqual(new Set([true]));
});

it('undoes alone what fails alone', async () => {
  const failing = () => {
    insert(7);
    insert(1);
  };
  const outcomes = await Promise.allSettled([
    commits.write(() => insert(1)),
    commits.write(failing),
    commits.write(() => {
      insert(8);
      throw new RangeError('no');
    }),
    commits.write(() => insert(2)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(outcomes[2]).toMatchObject({ reason: { name: 'RangeError' } });
  expect(ids(writer)).toEqual([1, 2]);
});

it('fails every write of a transaction that does not commit, tells nobody it had, and goes on', async () => {
  let told = 0;
  const orphan = () => writer.statement('INSERT INTO rows (id, parent) VALUES (?, 404)').run(3);
  const outcomes = await Promise.allSettled([
    commits.write(
      () => insert(1),
      () => (told += 1),
    ),
    commits.write(orphan, () => (told += 1)),
  ]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailable' } });
  }
  expect([told, ids(writer)]).toEqual([0, []]);
  expect(await commits.write(() => insert(4))).toBe(1);
});

it('answers StoreUnavailable while the disk is full, reads on, and writes again when there is room', async () => {
  await commits.write(() => insert(1));
  writer.exec('PRAGMA max_page_count = 5');
  const large = 'x'.repeat(50_000);
  await expect(commits.write(() => insert(2, large))).rejects.toBeInstanceOf(StoreUnavailable);
  expect(ids(writer)).toEqual([1]);
  writer.exec('PRAGMA max_page_count = 1000');
  expect(await commits.write(() => insert(2, large))).toBe(1);
  expect(ids(writer)).toEqual([1, 2]);
});

it('tells once that the disk is full, and once that there is room again', async () => {
  const large = 'x'.repeat(50_000);
  const fail = async (...ids: readonly number[]): Promise<void> => {
    const outcomes = await Promise.allSettled(ids.map((id) => commits.write(() => insert(id, large))));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { name: 'DiskFull' } });
  };
  const undone = (): void => {
    insert(3);
    throw new Error('a job that is undone');
  };
  for (const round of [1, 2]) {
    writer.exec('PRAGMA max_page_count = 1'); // in truth as many as there are
    await fail(2);
    await commits.write(() => insert(round * 10)); // little goes where much does not
    await expect(commits.write(undone)).rejects.toThrow('undone');
    now += settlingMillis;
    await commits.write(() => undefined); // nothing to write proves nothing
    await fail(2, 3);
    writer.exec('PRAGMA max_page_count = 1000');
    now += settlingMillis;
    await commits.write(() => insert(round * 10 + 1, large));
    const events = logged.map(({ level, event }) => `${event} ${level}`);
    expect(events).toEqual(Array(round).fill(['disk_full error', 'disk_has_room info']).flat());
  }
});

it('answers StoreUnavailable while another process writes, and goes on after it', async () => {
  const other = openConnection(file);
  other.exec('BEGIN IMMEDIATE');
  await expect(commits.write(() => insert(1))).rejects.toBeInstanceOf(StoreUnavailable);
  other.exec('COMMIT');
  expect(await commits.write(() => insert(1))).toBe(1);
});

it('refuses text with U+0000, which the driver would cut, and finds nothing by it', async () => {
  await expect(commits.write(() => insert(1, 'a\0b'))).rejects.toThrow('U+0000');
  await commits.write(() => insert(1, 'a'));
  const byBody = writer.statement('SELECT id FROM rows WHERE body = ?');
  expect([byBody.get('a\0b'), byBody.all('a\0b'), byBody.all('a')]).toMatchObject([undefined, [], [{ id: 1 }]]);
});

it('stops after what is waiting and takes nothing more', async () => {
  const written = Array.from({ length: 100 }, (_, id) => commits.write(() => insert(id)));
  await commits.stop();
  expect(ids(writer)).toHaveLength(100);
  await Promise.all(written);
  await commits.stop();
  await expect(commits.write(() => insert(1000))).rejects.toBeInstanceOf(StoreUnavailable);
});
