import { performance } from 'node:perf_hooks';
import { Mongoose, mongo } from 'mongoose';
import type { Connection, ConnectOptions } from 'mongoose';
import { StoreRefused, StoreUnavailable } from '../port/store.js';
import { checkUrl, databaseOf, urlRefusal } from './check-url.js';
import { clientOptions } from './client-options.js';
import { within } from './run.js';
import { standalone, watchSetName } from './set-name.js';
import type { Sample } from './store-clock.js';
import { storeError } from './store-error.js';

/** What Mongoose does by itself, and must not: collections and indexes are made in one step. */
const mongooseOptions = { autoCreate: false, autoIndex: false, bufferCommands: false } satisfies ConnectOptions;

/** For the first connection, which may have to look up names and make TLS ready. */
const connectMillis = 5_000;

/**
 * Connects with a client of its own: one whose first try failed stays closed for good.
 * @throws StoreUnavailable when no primary answers   @throws StoreRefused when the URL or its credentials are wrong
 */
export const connect = async (url: string, patience: number): Promise<Connection> => {
  const connection = new Mongoose().createConnection();
  let wrongSet: (() => string | undefined) | undefined;
  try {
    checkUrl(url);
    await within(connectMillis, () => {
      const opening = connection.openUri(url, { ...mongooseOptions, ...clientOptions(patience), ...databaseOf(url) });
      wrongSet = watchSetName(connection.getClient()); // made already, and nothing has answered it yet
      return opening;
    });
    return connection;
  } catch (error) {
    await connection.destroy(true).catch(() => undefined); // the refusal says what went wrong
    const sentence = wrongSet?.();
    throw sentence === undefined ? refusal(url, error) : new StoreRefused(sentence, error);
  }
};

const refusal = (url: string, error: unknown): unknown => {
  const met = error instanceof StoreUnavailable ? metByDriver(error.cause) : undefined;
  if (met?.name === 'MongoCompatibilityError') return tooOld(met);
  return startError(met === undefined ? urlRefusal(url, error) : new StoreUnavailable(met));
};

/** What a failed start is told as. Whoever is refused later waits instead: the server goes on as soon as he is let in again. */
export const startError = (error: unknown): unknown => {
  if (lacksPackage(error)) return new StoreRefused(missingPackage, error);
  const told = error instanceof StoreUnavailable ? error.cause : error;
  const sentence = told instanceof mongo.MongoServerError ? refusals.get(told.code) : undefined;
  return sentence === undefined ? storeError(error) : new StoreRefused(sentence, error);
};

/** The driver loads some of what it can do only when it is asked for. */
const lacksPackage = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'MongoMissingDependencyError' || lacksPackage(error.cause));

const missingPackage =
  'The database URL has an authMechanism or compressors that need a package which Tallygate does not bring: take another authMechanism, and zlib or no compressors.';

const wrongCredentials =
  'MongoDB refuses the user name or password in the database URL, or has that user in another database: authSource=… behind the ? names it.';

const refusals: ReadonlyMap<unknown, string> = new Map([
  [13, 'The database user may not read and write this database.'],
  [18, wrongCredentials],
  [73, 'MongoDB refuses the name of the database in the database URL.'],
  [8000, wrongCredentials],
  [13297, 'MongoDB has a database whose name differs from that in the database URL in upper and lower case only.'],
]);

/**
 * Mongoose's own error for a selection that failed holds the driver's view of the servers, and this what went wrong with them: it tells the log
 * whether a name is unknown, a port closed or TLS not agreed on.
 */
const metByDriver = (error: unknown): mongo.MongoError | undefined => {
  const servers: unknown = error instanceof Error && 'reason' in error ? error.reason : undefined;
  if (typeof servers !== 'object' || servers === null || !('error' in servers)) return undefined;
  return servers.error instanceof mongo.MongoError ? servers.error : undefined;
};

/** Refuses a server that cannot keep what the product promises. @returns the version of the server */
export const checkServer = async (connection: Connection): Promise<string> => {
  const admin = database(connection).admin();
  const hello = await admin.command({ hello: 1 });
  if (typeof hello['setName'] !== 'string' && hello['msg'] !== 'isdbgrid') {
    throw new StoreRefused(standalone);
  }
  if (isOneOfSeveral(hello) && connection.getClient().options.directConnection) {
    throw new StoreRefused(
      'The database URL says directConnection=true, but this MongoDB is a replica set of several members: leave it out, so that reads follow the primary.',
    );
  }
  const { version } = await admin.command({ buildInfo: 1 });
  if (typeof version !== 'string' || Number.parseInt(version, 10) < 5) throw tooOld();
  return version;
};

/** By a direct connection the driver goes on reading from a member that is the primary no more, and what others switch off would not be seen. */
const isOneOfSeveral = ({ hosts }: mongo.Document): boolean => Array.isArray(hosts) && hosts.length > 1;

const tooOld = (cause?: unknown): StoreRefused =>
  new StoreRefused('This MongoDB is too old: Tallygate needs version 5.0 or later.', cause);

/** Asks for the server's time; also the shortest question that shows that a primary answers. */
export const sampleTime = async (connection: Connection): Promise<Sample> => {
  const askedAt = performance.now();
  const hello = await database(connection).admin().command({ hello: 1 });
  const answeredAt = performance.now();
  const localTime: unknown = hello['localTime'];
  if (!(localTime instanceof Date)) throw new StoreRefused('This MongoDB does not tell its time.');
  return { askedAt, answeredAt, serverTime: localTime.getTime() };
};

const database = (connection: Connection): mongo.Db => {
  if (connection.db === undefined) throw new TypeError('The connection is not open.');
  return connection.db;
};
