import type { mongo } from 'mongoose';
import { connectionLimit } from './pool-state.js';
import { commandMillis } from './run.js';

/**
 * Everything is acknowledged by a majority and read from the primary: what was answered cannot come back, and decisions read what is. No
 * wait of the driver is longer than a caller of the store may wait (see `run`). Each under the name by which a URL could say otherwise: of
 * two names for one thing the driver takes the URL's.
 */
export const clientOptions = (patience: number): mongo.MongoClientOptions => ({
  appName: 'tallygate',
  ignoreUndefined: true,
  readPreference: 'primary',
  readConcernLevel: 'majority',
  /* eslint-disable @typescript-eslint/no-deprecated -- by `writeConcern` a URL's `journal` would win */
  w: 'majority',
  journal: true,
  wtimeoutMS: 1_200 * patience,
  /* eslint-enable @typescript-eslint/no-deprecated */
  retryReads: true,
  retryWrites: true,
  maxPoolSize: connectionLimit,
  waitQueueTimeoutMS: commandMillis * patience,
  serverSelectionTimeoutMS: 1_000 * patience,
  connectTimeoutMS: 900 * patience, // before a server is chosen: then it is known why none is
  socketTimeoutMS: 1_300 * patience,
  heartbeatFrequencyMS: 1_000,
});

/**
 * What a URL may say: how the database is reached and as whom, and what many URLs say that is decided above. Nothing else: the driver has
 * options that make other values of what it reads, or that undo what is decided.
 */
export const urlOptions: readonly string[] = [
  'appName',
  'authMechanism',
  'authMechanismProperties',
  'authSource',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'compressors',
  'directConnection',
  'family',
  'localThresholdMS',
  'maxConnecting',
  'maxIdleTimeMS',
  'minPoolSize',
  'noDelay',
  'replicaSet',
  'serverMonitoringMode',
  'srvMaxHosts',
  'srvServiceName',
  'ssl',
  'tls',
  'tlsAllowInvalidCertificates',
  'tlsAllowInvalidHostnames',
  'tlsCAFile',
  'tlsCRLFile',
  'tlsCertificateKeyFile',
  'tlsCertificateKeyFilePassword',
  'tlsInsecure',
  'zlibCompressionLevel',
  ...Object.keys(clientOptions(1)),
];
