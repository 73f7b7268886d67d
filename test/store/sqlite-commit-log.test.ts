import { copyFileSync, mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskFull, StoreUnavailable } from '../../src/store/port/store.js';
import { openCommitLog, type CommitLog } from '../../src/store/sqlite/commit-log.js';
import { openConnection, type Connection } from '../../src/store/sqlite/connection.js';
import { thisDisk, type Disk } from '../../src/store/sqlite/disk.js';
import { createEngine, type Engine } from '../../src/store/sqlite/engine.js';
import { createGroupCommit, type GroupCommit } from '../../src/store/sqlite/group-commit.js';
import { createReaders } from '../../src/store/sqlite/readers.js';
import { sqliteSnapshots } from '../../src/store/sqlite/snapshot.js';
import { storeWatch, type StoreWatch } from '../../src/store/sqlite/store-watch.js';
import { recordingLog } from '../support/recording-log.js';
import { temporaryFolder } from '../support/server-process.js';

type Done = Parameters<Disk['flush']>[1];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let made = 0;
let file: string;
let writer: Connection;
let commitLog: CommitLog;
let watch: StoreWatch;
let commits: GroupCommit;
let engine: Engine;
const { log, logged } = recordingLog();

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());
afterEach(async () => {
  await commits.stop();
  commitLog.close();
  writer.close();
});

const open = (disk: Disk): void => {
  file = join(folder.path, `${(made += 1)}.db`);
  writer = openConnection(file);
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE settings (id INTEGER PRIMARY KEY) STRICT');
  commitLog = openCommitLog(file, writer, disk);
  watch = storeWatch({ path: file, connection: writer, commitLog }, () => 0, log);
  commits = createGroupCommit({ connection: writer, commitLog }, watch);
  engine = createEngine(writer, commits, watch);
  logged.length = 0;
};

const insert = (id: number): Promise<number> =>
  commits.write(() => writer.statement('INSERT INTO settings VALUES (?)').run(id));
const idsIn = (connection: Connection): readonly number[] =>
  connection
    .statement<{ readonly id: number }>('SELECT id FROM settings ORDER BY id')
    .all()
    .map(({ id }) => id);

/** Some turns of the event loop: more than a COMMIT and its answer need. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
};

describe('a disk that takes its time', () => {
  let disk: Done[];
  let isReleased: boolean;
  /** What was answered, in order. */
  let answers: string[];
  const told = (name: string, answer: Promise<unknown>): Promise<void> =>
    answer.then(
      () => void answers.push(name),
      () => void answers.push(`${name} failed`),
    );

  beforeEach(async () => {
    [disk, answers] = [[], []];
    isReleased = false;
    let millis = 0;
    open({
      flush: (_file, done) => {
        if (isReleased) done(null);
        else disk.push(done);
      },
      flushNow: () => void (millis += 5),
      now: () => millis,
    });
    await commits.write(() => undefined); // this one tells that the disk is slow
  });
  afterEach(() => {
    isReleased = true;
    for (const done of disk.splice(0)) done(null);
  });
  const finish = async (error: Error | null = null): Promise<void> => {
    disk.shift()?.(error);
    await turns();
  };

  it('is waited for by a write, and meanwhile the next ones gather for one COMMIT', async () => {
    void told('first', insert(1));
    await turns();
    expect([answers, idsIn(writer), disk.length]).toEqual([[], [1], 1]);
    for (const id of [2, 3]) {
      void told(`later ${id}`, insert(id));
      await turns();
    }
    expect([answers, idsIn(writer)]).toEqual([[], [1]]);
    await finish();
    expect([answers, idsIn(writer), disk.length]).toEqual([['first'], [1, 2, 3], 1]);
    await finish();
    expect(answers).toEqual(['first', 'later 2', 'later 3']);
  });

  it('lets full batches into the log while it is busy, and syncs them in one go', async () => {
    const written = Array.from({ length: 200 }, (_, id) => insert(id));
    await turns();
    expect([idsIn(writer).length, disk.length]).toEqual([192, 1]);
    await finish();
    expect(disk.length).toBe(1);
    await finish();
    await finish();
    expect(await Promise.all(written)).toHaveLength(200);
  });

  it('is waited for by a read of what it has not got, and by no other', async () => {
    const read = () => engine.read(() => idsIn(writer));
    expect(await read()).toEqual([]);
    void told('write', insert(1));
    await turns();
    void told('read', read());
    const failing = () => {
      throw new RangeError('no such column');
    };
    await expect(engine.read(failing)).rejects.toThrow('no such column');
    expect(answers).toEqual([]);
    await finish();
    expect(answers).toEqual(['write', 'read']);
    expect(await read()).toEqual([1]);
  });

  it('is waited for by a read of what came while it was busy', async () => {
    void told('first', insert(1000));
    await turns();
    const written = Array.from({ length: 64 }, (_, id) => insert(id));
    await turns();
    void told(
      'read',
      engine.read(() => idsIn(writer)),
    );
    await finish();
    expect(answers).toEqual(['first']);
    await finish();
    expect(answers).toEqual(['first', 'read']);
    await Promise.all(written);
  });

  it('is waited for by a cut', async () => {
    const readers = createReaders(file);
    const cuts = { readers, clock: () => 0, settled: () => commits.settled(), newestOf: () => 0 };
    void insert(1);
    await turns();
    const cut = sqliteSnapshots(cuts)();
    void told('cut', cut);
    await turns();
    expect(answers).toEqual([]);
    await finish();
    expect(answers).toEqual(['cut']);
    await (await cut).close();
    readers.close();
  });

  it('lets no more than 20,000 writes wait, wherever they wait', async () => {
    const written = Array.from({ length: 20_000 }, (_, id) => insert(id));
    for (let batch = 0; batch < 320; batch += 1) await nextTurn();
    expect(idsIn(writer)).toHaveLength(19_968);
    await expect(insert(20_000)).rejects.toBeInstanceOf(StoreUnavailable);
    isReleased = true;
    await finish();
    expect(await Promise.all(written)).toHaveLength(20_000);
  });

  it('is waited for by a stop', async () => {
    void told('write', insert(1));
    void told('stop', commits.stop());
    await turns();
    expect(answers).toEqual([]);
    await finish();
    expect(answers).toEqual(['write', 'stop']);
  });

  const failed = (errno: number): Error => Object.assign(new Error('it failed'), { errno: -errno });

  it('refuses what it lost, and what stands behind it in the log, until all is in the database file', async () => {
    void told('lost', insert(1000));
    await turns();
    const behind = Array.from({ length: 64 }, (_, id) => insert(id));
    const outcomes = Promise.allSettled(behind);
    await turns();
    void told(
      'read',
      engine.read(() => idsIn(writer)),
    );
    const reader = openConnection(file, { readOnly: true });
    reader.exec('BEGIN');
    expect(idsIn(reader)).toHaveLength(65);
    await finish(failed(constants.errno.EIO));
    expect(answers).toEqual(['lost failed', 'read']);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { name: 'StoreUnavailable' } });
    expect(disk).toEqual([]);

    expect(watch.loss()).toBeUndefined();
    reader.close();
  });

  it('writes again only when no reader keeps the log from the database file', async () => {
    const reader = openConnection(file, { readOnly: true });
    reader.exec('BEGIN');
    expect(idsIn(reader)).toEqual([]);
    void told('lost', insert(1));
    await turns();
    await finish(failed(constants.errno.EIO));
    await expect(insert(2)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(disk).toEqual([]);
    reader.exec('COMMIT');
    void told('again', insert(2));
    await turns();
    await finish();
    expect([answers, idsIn(reader)]).toEqual([
      ['lost failed', 'again'],
      [1, 2],
    ]);
    reader.close();
  });

  it('is called full by the file system as well', async () => {
    const write = insert(1);
    const outcome = expect(write).rejects.toBeInstanceOf(DiskFull);
    await turns();
    await finish(failed(constants.errno.EDQUOT));
    await outcome;
    expect(logged.map(({ event }) => event)).toEqual(['disk_full']);
  });
});

describe('a quick disk', () => {
  let millis: number;
  let syncs: string[];
  let isBroken: boolean;

  beforeEach(() => {
    [millis, syncs, isBroken] = [0, [], false];
    open({
      flush: (_file, done) => {
        syncs.push('by a thread');
        done(null);
      },
      flushNow: () => {
        syncs.push('at once');
        if (isBroken) throw Object.assign(new Error('it failed'), { errno: -constants.errno.EIO });
        millis += latency;
      },
      now: () => millis,
    });
  });
  let latency: number;
  const syncOf = async (id: number): Promise<string | undefined> => {
    syncs.length = 0;
    await insert(id);
    return syncs.join();
  };

  it('is waited for at once, until it is slow; then it is tried ever more seldom, until it is quick', async () => {
    latency = 0.5;
    expect(await syncOf(1)).toBe('at once');
    latency = 1;
    expect(await syncOf(2)).toBe('at once');
    let id = 3;
    for (const pause of [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
      millis += pause - 0.5;
      expect([pause, await syncOf((id += 1))]).toEqual([pause, 'by a thread']);
      millis += 0.5;
      expect([pause, await syncOf((id += 1))]).toEqual([pause, 'at once']);
    }
    millis += 10_000;
    latency = 0.5;
    expect(await syncOf(100)).toBe('at once');
    latency = 1;
    expect(await syncOf(101)).toBe('at once');
    millis += 100;
    expect(await syncOf(102)).toBe('at once');
  });

  it('refuses what it lost, and writes again when all is in the database file', async () => {
    latency = 0;
    isBroken = true;
    const reader = openConnection(file, { readOnly: true });
    reader.exec('BEGIN');
    expect(idsIn(reader)).toEqual([]);
    await expect(insert(1)).rejects.toBeInstanceOf(StoreUnavailable);
    isBroken = false;
    expect(await Promise.allSettled([insert(2)])).toMatchObject([{ status: 'rejected' }]);
    reader.exec('COMMIT');
    expect(await syncOf(2)).toBe('at once');
    expect(idsIn(reader)).toEqual([1, 2]);
    reader.close();
  });
});

/** What the disk has for certain is what stood in both files when the last sync that ended began. */
it('has all that was answered, whenever the power fails', async () => {
  let [copies, onDisk, calls] = [0, 0, 0];
  const copyTo = (number: number): string => {
    const name = join(folder.path, `copy-${made}-${number}`);
    mkdirSync(name);
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, join(name, `db${suffix}`));
    return name;
  };
  const folders: string[] = [];
  open({
    ...thisDisk,
    flush: (descriptor, done) => {
      const number = (copies += 1);
      folders[number] = copyTo(number);
      thisDisk.flush(descriptor, (error) => {
        onDisk = number;
        done(error);
      });
    },
    flushNow: (descriptor) => {
      const number = (copies += 1);
      folders[number] = copyTo(number);
      thisDisk.flushNow(descriptor);
      onDisk = number;
    },
    // Every other sync is called slow, so that threads have their turn.
    now: () => (calls += 37),
  });
  const answered: { readonly ids: readonly number[]; readonly onDisk: number }[] = [];
  const client = async (name: number): Promise<void> => {
    for (let step = 0; step < 12; step += 1) {
      const id = name * 100 + step;
      for (let turn = 0; turn < name % 4; turn += 1) await nextTurn();
      await insert(id);
      answered.push({ ids: [id], onDisk });
      const seen = await engine.read(() => idsIn(writer));
      answered.push({ ids: seen, onDisk });
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, name) => client(name)));
  const survived = folders.map((name) => {
    const copy = openConnection(join(name, 'db'));
    const ids = new Set(idsIn(copy));
    copy.close();
    return ids;
  });
  for (const { ids, onDisk: number } of answered) {
    expect(ids.filter((id) => !survived[number]?.has(id))).toEqual([]);
  }
  expect(answered).toHaveLength(480);
  expect(copies).toBeGreaterThan(5);
});
