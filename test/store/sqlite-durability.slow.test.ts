import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { backup, DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { buildMillis, builtProgram } from '../support/built.js';
import { temporaryFolder } from '../support/server-process.js';
import { differences, everyScope, inSnapshot, totalOf, walk } from './registration-reading.js';
import { startChild } from './sqlite-process.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await builtProgram();
}, buildMillis);
afterAll(() => folder.remove());

const rounds = 6;
const acknowledgements = 1_500;

/** Of every line `step id` that was said. */
const idsOf = (lines: readonly string[], step: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`${step} `)).map((line) => line.slice(step.length + 1));

it('has everything that was acknowledged before the process was killed', async () => {
  const file = join(folder.path, 'killed.db');
  const lines: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const writer = await startChild(file, 'write');
    await writer.said(acknowledgements);
    await writer.kill();
    lines.push(...writer.lines);
    const store = await openSqliteStore(file);
    await agrees(store, lines);
    await store.close();
  }
  expect(idsOf(lines, 'revoked').length).toBeGreaterThan(rounds);
});

const copies: Readonly<Record<string, (source: DatabaseSyncInstance, path: string) => Promise<unknown>>> = {
  'VACUUM INTO': (source, path) => {
    source.exec(`VACUUM INTO '${path}'`);
    return Promise.resolve();
  },
  'the backup API': (source, path) => backup(source, path, { rate: -1 }),
};

it.each(Object.entries(copies))('gives a whole copy by %s while it is written', async (how, copyTo) => {
  const file = join(folder.path, `${how}.db`);
  const writer = await startChild(file, 'write');
  await writer.said(acknowledgements);
  const before = [...writer.lines];
  const source = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  await copyTo(source, `${file}.copy`);
  source.close();
  await writer.kill();
  const store = await openSqliteStore(`${file}.copy`);
  await agrees(store, before);
  await store.close();
});

it('loses nothing that was acknowledged when a file can grow no more, reads on, and goes on when it can', async () => {
  const file = join(folder.path, 'full.db');
  const writer = await startChild(file, 'write', { blocks: 4_000 });
  await writer.ended;
  expect(new Set(writer.lines.slice(-51))).toEqual(new Set(['failed: DiskFull', 'read: true']));
  expect(writer.lines.filter((line) => line === 'disk_full')).toHaveLength(1);
  expect(idsOf(writer.lines, 'opened').length).toBeGreaterThan(100);
  const store = await openSqliteStore(file);
  await agrees(store, writer.lines);
  expect(await store.settings.claim('there is', 'room')).toBe('room');
  await store.close();
});

it('makes a whole database or none when the disk is full at the first start', async () => {
  const said = new Set<string>();
  for (let blocks = 8; blocks <= 520; blocks += 64) {
    const file = join(folder.path, `first-${blocks}.db`);
    const first = await startChild(file, 'try', { blocks });
    await first.ended;
    for (const line of first.lines) said.add(line);
    const store = await openSqliteStore(file);
    expect(await store.settings.claim('there is', 'room')).toBe('room');
    await store.close();
  }
  expect(said).toEqual(new Set(['DiskFull: The store is not available.', 'open']));
});

const agrees = async (store: Store, lines: readonly string[]): Promise<void> => {
  const [advanced, revoked] = [new Set(idsOf(lines, 'advanced')), new Set(idsOf(lines, 'revoked'))];
  for (const id of idsOf(lines, 'opened')) {
    const family = await store.tokens.findFamily(id);
    expect([id, family?.id]).toEqual([id, id]);
    if (advanced.has(id)) expect([id, family?.generation]).toEqual([id, 2]);
    if (revoked.has(id)) expect([id, typeof family?.revokedAt]).toEqual([id, 'number']);
  }
  await inSnapshot(store, async (snapshot) => {
    const users = new Set(
      (await walk(snapshot, { applicationId: 'application' }, { first: 100 })).map((row) => row.userId),
    );
    const buried = new Set(idsOf(lines, 'buried'));
    for (const id of idsOf(lines, 'registered')) {
      // A burial may have become durable without its acknowledgement.
      if (buried.has(id)) expect([id, users.has(`usr-of-${id}`)]).toEqual([id, false]);
      else if (!id.endsWith('0') && !id.endsWith('5')) expect([id, users.has(`usr-of-${id}`)]).toEqual([id, true]);
    }
    for (const of of everyScope('application')) {
      expect(await totalOf(snapshot, of)).toBe((await walk(snapshot, of, { first: 100 })).length);
    }
    expect(await differences(snapshot, 'application')).toEqual([]);
  });
};
