import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { mongo } from 'mongoose';
import type { ConnectOptions } from 'mongoose';
import { StoreRefused } from '../port/store.js';
import { clientOptions } from './client-options.js';
import { connectionLimit } from './pool-state.js';
import { faultInText, faultOfRefused } from './url-fault.js';

const defaultDatabase = 'tallygate';

/** Which database is meant when the URL does not say. It is told to Mongoose alone: the driver would take it for that of the user too. */
export const databaseOf = (url: string): ConnectOptions => (namesDatabase.test(url) ? {} : { dbName: defaultDatabase });

const namesDatabase = /^mongodb(?:\+srv)?:\/\/[^/?]+\/[^?]/;

/**
 * Looks at a URL and at the files that it names, by the driver's own reading of it. Does not connect.
 * @throws StoreRefused with a sentence that does not hold the URL
 */
export const checkUrl = (url: string): void => {
  const fault = faultInText(url);
  if (fault !== undefined) throw new StoreRefused(fault);
  const options = optionsOf(url);
  if (options.minPoolSize > connectionLimit) {
    throw new StoreRefused(`The value of minPoolSize in the database URL is more than ${connectionLimit}, the most.`);
  }
  checkDatabaseName(options.dbName);
  if (options.tls) checkTlsFiles(options);
};

const optionsOf = (url: string): mongo.MongoOptions => {
  try {
    return new mongo.MongoClient(url, clientOptions(1)).options;
  } catch (error) {
    throw urlRefusal(url, error);
  }
};

/** Sentences without the driver's words, which may hold the URL and so the password. */
export const urlRefusal = (url: string, error: unknown): unknown =>
  isMalformed(error) ? new StoreRefused(faultOfRefused(url), error) : error;

const isMalformed = (error: unknown): boolean =>
  error instanceof Error &&
  [
    'MongoParseError',
    'MongoAPIError',
    'MongoInvalidArgumentError',
    'MongoMissingCredentialsError',
    'MongoRuntimeError',
    'TypeError',
    'URIError',
  ].includes(error.name);

/** Servers on Windows take fewer names than others: one rule for all (https://www.mongodb.com/docs/manual/reference/limits/). */
const checkDatabaseName = (name: string): void => {
  if (Buffer.byteLength(name) > 63) {
    throw new StoreRefused('The name of the database in the database URL is longer than 63 bytes.');
  }
  if (/[/\\. "$*<>:|?\0]/.test(name)) {
    throw new StoreRefused(
      'The name of the database in the database URL holds a character that MongoDB refuses: one of / \\ . " $ * < > : | ? or a space.',
    );
  }
};

/** The driver would look at them as it connects, and what is wrong with them would be told as a server that is away. */
const checkTlsFiles = ({ tlsCAFile, tlsCRLFile, tlsCertificateKeyFile, passphrase }: mongo.MongoOptions): void => {
  usable('tlsCAFile', tlsCAFile, (ca) => new X509Certificate(ca));
  usable('tlsCRLFile', tlsCRLFile, (crl) => createSecureContext({ crl }));
  usable('tlsCertificateKeyFile', tlsCertificateKeyFile, (pem) =>
    createSecureContext({ cert: pem, key: pem, passphrase }),
  );
};

const usable = (option: string, path: string | undefined, use: (content: Buffer) => unknown): void => {
  if (path === undefined) return;
  try {
    use(readFileSync(path));
  } catch (cause) {
    throw new StoreRefused(
      `The database URL names a file as ${option} that is not there, cannot be read or is not what it must be, in PEM.`,
      cause,
    );
  }
};
