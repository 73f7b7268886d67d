import type { Connection } from 'mongoose';
import type { Clock } from '../../model/clock.js';
import type { Log } from '../../model/log.js';
import type { Store } from '../port/store.js';
import { mongoActivity } from './activity.js';
import { mongoApplications } from './applications.js';
import { mongoAudit } from './audit.js';
import { beginClosing } from './close-periods.js';
import { checkServer, connect, sampleTime, startError } from './connection.js';
import { collectionsOf, type Database } from './database.js';
import { createHealth } from './health.js';
import { mongoIdempotency } from './idempotency.js';
import { watchPool } from './pool-state.js';
import { prepare } from './prepare.js';
import { mongoRegistrations } from './registrations.js';
import { requestTime } from './request-time.js';
import { commandMillis, runsWithin, within, type Run } from './run.js';
import { createRunning, type Running } from './running.js';
import { mongoSettings, mongoSigningKeys, mongoUsage } from './settings.js';
import { mongoSnapshots } from './snapshot.js';
import { createStoreClock } from './store-clock.js';
import { mongoSweep } from './sweep.js';
import { mongoTokens } from './tokens.js';
import { mongoUsers } from './users.js';

export interface MongoStoreOptions {
  /** Instead of the server's. */
  readonly clock?: Clock;
  /** Factor of every limit of time: tests of races run on an engine that is slow. */
  readonly patience?: number;
  /** Told when the server goes away, answers too slowly, or is well again. */
  readonly log?: Log;
}

/**
 * Opens the store in the database that a URL names, `tallygate` if it names none, and makes its collections and indexes.
 * @throws StoreRefused when the server is standalone, too old, refuses the credentials, or holds a newer format
 * @throws StoreUnavailable when no primary answers: try again, each time is a fresh start
 */
export const openMongoStore = async (url: string, options: MongoStoreOptions = {}): Promise<Store> => {
  const connection = await connect(url, options.patience ?? 1);
  try {
    return await storeOf(connection, options);
  } catch (error) {
    await connection.close(true);
    throw startError(error);
  }
};

const storeOf = async (connection: Connection, options: MongoStoreOptions): Promise<Store> => {
  const version = await checkServer(connection);
  const { database, time } = await openDatabase(connection, options);
  const running = createRunning();
  const whole = running.track({
    openSnapshot: mongoSnapshots(connection, database),
    sweep: mongoSweep(database),
  });
  return {
    description: `mongodb ${version}`,
    clock: time.now,
    ...portsOf(database, running),
    requestTime,
    openSnapshot: () => whole.openSnapshot(),
    ping: async () => {
      await within(pingMillis, () => sampleTime(connection));
    },
    sweep: (at) => whole.sweep(at),
    close: async () => {
      time.stop();
      await running.stop();
      await connection.close(true);
    },
  };
};

const openDatabase = async (
  connection: Connection,
  { clock, patience = 1, log }: MongoStoreOptions,
): Promise<{ readonly database: Database; readonly time: Time }> => {
  const millis = commandMillis * patience;
  const health = createHealth({ log, pool: watchPool(connection.getClient()), lifeMillis: millis });
  const runs = runsWithin(millis, health);
  const collections = collectionsOf(connection, runs);
  await prepare(connection, collections, { isOfServer: clock === undefined });
  const time = clock === undefined ? await serverTime(connection, runs.run) : givenTime(clock);
  const database: Database = { ...collections, clock: time.now, unreached: () => time.now() + time.slack() };
  await beginClosing(database);
  return { database, time };
};

const portsOf = (database: Database, running: Running) => ({
  applications: running.track(mongoApplications(database)),
  users: running.track(mongoUsers(database)),
  tokens: running.track(mongoTokens(database)),
  registrations: running.track(mongoRegistrations(database)),
  activity: running.track(mongoActivity(database)),
  audit: running.track(mongoAudit(database)),
  idempotency: running.track(mongoIdempotency(database)),
  settings: running.track(mongoSettings(database)),
  signingKeys: running.track(mongoSigningKeys(database)),
  usage: running.track(mongoUsage(database)),
});

/** Readiness falls within a second. */
const pingMillis = 900;
const resampleMillis = 5_000;
const firstSamples = 4;

interface Time {
  readonly now: Clock;
  /** How far behind the present an instant must lie to be past on every server. */
  readonly slack: () => number;
  readonly stop: () => void;
}

const givenTime = (now: Clock): Time => ({ now, slack: () => 1, stop: () => undefined });

/** The server's time, asked for again and again: while it does not answer, time goes on by the monotonic clock. */
const serverTime = async (connection: Connection, run: Run): Promise<Time> => {
  const clock = createStoreClock(await run(() => sampleTime(connection)));
  const sample = async (): Promise<void> => {
    clock.observe(await run(() => sampleTime(connection)));
  };
  for (let taken = 1; taken < firstSamples; taken++) await sample();
  const timer = setInterval(() => void sample().catch(() => undefined), resampleMillis);
  timer.unref();
  return {
    now: () => clock.now(),
    slack: () => clock.uncertainty() + 1,
    stop: () => {
      clearInterval(timer);
    },
  };
};
