import type { Clock } from '../../model/clock.js';
import type { Log } from '../../model/log.js';
import type { Store } from '../port/store.js';
import { sqliteActivity } from './activity.js';
import { sqliteApplications } from './applications.js';
import { sqliteAudit } from './audit.js';
import { createEngine, type Engine } from './engine.js';
import { createGroupCommit } from './group-commit.js';
import { sqliteIdempotency } from './idempotency.js';
import { firstInstants, newestOf, type FirstInstants } from './first-instants.js';
import { openFile, openFileToRead } from './open-file.js';
import { createReaders } from './readers.js';
import { sqliteRegistrations } from './registrations.js';
import { sqliteSettings, sqliteSigningKeys, sqliteUsage } from './settings.js';
import { sqliteSnapshots } from './snapshot.js';
import { steadyClock } from './steady-clock.js';
import { storeWatch, type StoreWatch } from './store-watch.js';
import { sqliteSweep } from './sweep.js';
import { sqliteTokens } from './tokens.js';
import { sqliteUsers } from './users.js';

export interface SqliteOptions {
  readonly clock?: Clock;
  /** `read`: the file is there, and others may write it; whatever would change it fails. Absent: `write`. */
  readonly access?: 'read' | 'write';
  /** Told that the disk is full, and that there is room again. */
  readonly log?: Log;
}

/**
 * Opens the embedded store in one file, which it makes if it is missing. One process at a time writes a file.
 * @throws StoreRefused when the file is damaged, foreign, newer than this version, or in use
 */
// eslint-disable-next-line @typescript-eslint/require-await -- asynchronous like the other adapter: a refusal is a rejection
export const openSqliteStore = async (path: string, options: SqliteOptions = {}): Promise<Store> => {
  const clock = options.clock ?? steadyClock();
  const file = options.access === 'read' ? openFileToRead(path) : openFile(path);
  const watch = storeWatch(file, clock, options.log);
  const commits = createGroupCommit(file, watch);
  const readers = createReaders(file.path);
  const engine = createEngine(file.connection, commits, watch);
  const instants = firstInstants(engine, clock);
  return {
    description: `sqlite ${engine.statement<{ readonly v: string }>('SELECT sqlite_version() AS v').get()?.v ?? ''}`,
    clock,
    ...portsOf(engine, instants),
    openSnapshot: sqliteSnapshots({
      readers,
      clock,
      settled: () => commits.settled(),
      // Another process writes what is only read here.
      newestOf: options.access === 'read' ? newestOf : instants.newest,
    }),
    ping: () => engine.read(() => answerIn(engine, watch)),
    sweep: sqliteSweep(engine),
    close: async () => {
      await commits.stop();
      readers.close();
      file.close();
    },
  };
};

const answerIn = (engine: Engine, watch: StoreWatch): void => {
  const loss = watch.loss();
  if (loss !== undefined) throw loss;
  engine.statement('SELECT count(*) FROM settings').get();
};

const portsOf = (engine: Engine, instants: FirstInstants) => ({
  applications: sqliteApplications(engine),
  users: sqliteUsers(engine),
  tokens: sqliteTokens(engine),
  registrations: sqliteRegistrations(engine, instants),
  activity: sqliteActivity(engine),
  audit: sqliteAudit(engine),
  idempotency: sqliteIdempotency(engine),
  settings: sqliteSettings(engine),
  signingKeys: sqliteSigningKeys(engine),
  usage: sqliteUsage(engine),
});
