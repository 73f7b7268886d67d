import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreRefused } from '../../src/store/port/store.js';
import { migrations } from '../../src/store/sqlite/migrations/migrations.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { buildMillis, builtProgram } from '../support/built.js';
import { temporaryFolder } from '../support/server-process.js';
import { applicationOf, userOf } from './samples.js';
import { eventOf } from './registration-reading.js';
import { startChild } from './sqlite-process.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let made = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  await builtProgram();
}, buildMillis);
afterAll(() => folder.remove());

/** A file of its own in a folder of its own. */
const newFile = (): string => join(folder.path, `${(made += 1)}`, 'tallygate.db');

/** A store that was used and closed. */
const usedFile = async (): Promise<string> => {
  const file = newFile();
  const store = await openSqliteStore(file);
  await store.applications.create(applicationOf('there'), eventOf('event'));
  const users = Array.from({ length: 200 }, (_, index) => userOf(`usr-${index}`));
  await Promise.all(users.map((user) => store.users.create(user, eventOf(`made-${user.id}`))));
  await store.close();
  return file;
};

const refusal = async (file: string): Promise<string> => {
  const error: unknown = await openSqliteStore(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreRefused);
  return error instanceof Error ? error.message : '';
};

const pragma = (file: string, sql: string): void => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

describe('a file of the embedded store', () => {
  it('is made with its folder, for its owner alone', async () => {
    const file = join(dirname(newFile()), 'deeper', 'tallygate.db');
    const store = await openSqliteStore(file);
    await store.settings.claim('a', 'b');
    expect(store.description).toMatch(/^sqlite 3\.\d+\.\d+$/);
    for (const name of readdirSync(dirname(file))) {
      expect([name, statSync(join(dirname(file), name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    await store.close();
  });

  it('has everything again when it is opened again, also as a copy made after closing', async () => {
    const file = await usedFile();
    const copy = newFile();
    mkdirSync(dirname(copy));
    copyFileSync(file, copy);
    for (const path of [file, copy]) {
      const store = await openSqliteStore(path);
      expect(await store.applications.find('there')).toEqual(applicationOf('there'));
      expect(await store.users.count({})).toBe(200);
      await store.close();
    }
  });

  it('may be an empty file at first', async () => {
    const file = newFile();
    mkdirSync(dirname(file));
    writeFileSync(file, '');
    const store = await openSqliteStore(file);
    expect(await store.settings.claim('a', 'b')).toBe('b');
    await store.close();
  });

  it('is whole or not there after a crash between any two statements of its making', async () => {
    const statements = migrations.join('').split(/(?<=;)\n/);
    for (const count of statements.keys()) {
      const file = newFile();
      const crashed = newFile();
      for (const path of [file, crashed]) mkdirSync(dirname(path));
      const unfinished = new DatabaseSync(`${file}.new`);
      unfinished.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE');
      unfinished.exec(statements.slice(0, count).join('\n'));
      // What a killed process leaves behind is what the system has of its files.
      for (const name of readdirSync(dirname(file)))
        copyFileSync(join(dirname(file), name), join(dirname(crashed), name));
      unfinished.close();
      const store = await openSqliteStore(crashed);
      expect(await store.settings.claim('a', 'b')).toBe('b');
      await store.close();
    }
  });

  it('is rolled back where a process was killed in a transaction without the log, and has everything again', async () => {
    const file = newFile();
    mkdirSync(dirname(file));
    copyFileSync(await usedFile(), file); // this process may have the other one open until it is collected as garbage
    const writer = await startChild(file, 'write without log');
    await writer.said(1);
    await writer.kill();
    expect(writer.lines).toEqual(['writing']);
    expect(statSync(`${file}-journal`).size).toBeGreaterThan(0);
    const store = await openSqliteStore(file);
    expect(await store.users.count({})).toBe(200);
    expect(readdirSync(dirname(file))).not.toContain('tallygate.db-journal');
    await store.close();
  });
});

describe('a file that must not be used', () => {
  const half = (file: string): void => writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size / 2));
  const page = (file: string): void => {
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 * 8, 4096 * 9);
    writeFileSync(file, bytes);
  };
  it.each([
    {
      what: 'something else',
      spoil: (file: string) => writeFileSync(file, 'no database at all'.repeat(999)),
      says: /damaged/,
    },
    { what: 'a few bytes', spoil: (file: string) => writeFileSync(file, 'x'), says: /damaged/ },
    { what: 'half of a database', spoil: half, says: /damaged/ },
    { what: 'a database with a spoilt page', spoil: page, says: /damaged/ },
    {
      what: 'a newer database',
      spoil: (file: string) => pragma(file, 'PRAGMA user_version = 999'),
      says: /newer version/,
    },
    {
      what: 'a foreign database',
      spoil: (file: string) => pragma(file, 'PRAGMA application_id = 7'),
      says: /another program/,
    },
  ])('is refused with what to do and stays as it is: $what', async ({ spoil, says }) => {
    const file = await usedFile();
    spoil(file);
    const before = readFileSync(file);
    expect(await refusal(file)).toMatch(says);
    expect(await refusal(file)).toMatch(/[Rr]estore|Name another/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is refused where there is no file but a folder', async () => {
    const file = newFile();
    mkdirSync(file, { recursive: true });
    expect(await refusal(file)).toMatch(/cannot be opened/);
  });

  it('is refused where no file can be made', async () => {
    const file = join(newFile(), 'deeper.db');
    mkdirSync(dirname(dirname(file)));
    writeFileSync(dirname(file), '');
    expect(await refusal(file)).toMatch(/cannot be opened/);
  });

  it('leaves a file readable that was opened once more after the cause was gone', async () => {
    const file = await usedFile();
    pragma(file, 'PRAGMA user_version = 999');
    await refusal(file);
    pragma(file, `PRAGMA user_version = ${migrations.length}`);
    chmodSync(file, 0o640);
    const store = await openSqliteStore(file);
    expect(await store.users.count({})).toBe(200);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    await store.close();
  });
});

describe('a file in use', () => {
  it('is refused to a second process until the first one is gone, however it went', async () => {
    const file = await usedFile();
    const holder = await startChild(file, 'hold');
    await holder.said(1);
    expect(await refusal(file)).toMatch(/Another process/);
    await holder.kill();
    const store = await openSqliteStore(file);
    expect(await store.users.count({})).toBe(200);
    await store.close();
  });

  it.each([
    { what: 'a text', make: (path: string) => writeFileSync(path, 'process 12 of another program') },
    { what: 'a folder', make: (path: string) => mkdirSync(path) },
  ])('is told from one whose lock is not ours but $what, with what to do', async ({ make }) => {
    const file = newFile();
    mkdirSync(dirname(file));
    make(`${file}.lock`);
    expect(await refusal(file)).toMatch(/lock file.+remove it/);
    rmSync(`${file}.lock`, { recursive: true });
    const store = await openSqliteStore(file);
    await store.close();
  });

  it('is refused a second time in one process, under any name, and the first one keeps its hold', async () => {
    const file = await usedFile();
    const store = await openSqliteStore(file);
    const link = join(dirname(file), 'link.db');
    symlinkSync(file, link);
    for (const name of [file, link]) expect(await refusal(name)).toMatch(/Another process/);
    const other = await startChild(file, 'try');
    await other.ended;
    expect(other.lines).toEqual([expect.stringMatching(/^StoreRefused: Another process/)]);
    expect(await store.settings.claim('still', 'here')).toBe('here');
    await store.close();
    const next = await startChild(file, 'try');
    await next.ended;
    expect(next.lines).toEqual(['open']);
  });

  it('is refused by any name while it has two, and is as it was when one is gone', async () => {
    const file = await usedFile();
    const store = await openSqliteStore(file);
    const link = newFile();
    mkdirSync(dirname(link));
    linkSync(file, link);
    expect(await refusal(link)).toMatch(/another name.+Remove/);
    await expect(openSqliteStore(link, { access: 'read' })).rejects.toThrow('another name');
    await store.close();
    expect(await refusal(file)).toMatch(/another name.+Remove/);
    rmSync(link);
    const again = await openSqliteStore(file);
    expect(await again.users.count({})).toBe(200);
    await again.close();
  });

  it('answers with StoreUnavailable once it is closed, and closes twice', async () => {
    const store = await openSqliteStore(newFile());
    const snapshot = await store.openSnapshot();
    await store.close();
    await store.close();
    const unavailable = { name: 'StoreUnavailable' };
    await expect(store.settings.claim('a', 'b')).rejects.toMatchObject(unavailable);
    await expect(store.settings.find('a')).rejects.toMatchObject(unavailable);
    await expect(store.openSnapshot()).rejects.toMatchObject(unavailable);
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    expect(await snapshot.findUsers([])).toEqual([]);
    await snapshot.close();
  });
});
