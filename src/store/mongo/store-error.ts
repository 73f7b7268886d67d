import { mongo } from 'mongoose';
import { StoreUnavailable } from '../port/store.js';

/** A unique key is taken already. The one thing that is read from such an error: its code. Of many writes: nothing else went wrong. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError &&
  error.code === duplicateKey &&
  writeErrorsOf(error).every(({ code }) => code === duplicateKey);

const duplicateKey = 11000;

/** Of many writes at once each can fail by itself; the error has the code of the first. */
const writeErrorsOf = (error: mongo.MongoError): readonly mongo.WriteError[] =>
  error instanceof mongo.MongoBulkWriteError ? [error.writeErrors].flat() : [];

/** Server errors that speak of the moment, or of who asks, and not of the command (https://www.mongodb.com/docs/manual/reference/error-codes/). */
const passingCodes: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized: a role was taken away, and may be given back
  18, // AuthenticationFailed: the password was changed, and not yet here
  24, // LockTimeout
  43, // CursorNotFound: the server was started anew between two parts of an answer
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  225, // TransactionTooOld
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  290, // TransactionExceededLifetimeLimitSeconds
  365, // TemporarilyUnavailable
  8000, // AtlasError: that of 18, told by Atlas
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted: by somebody's killOp
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

/** What servers and the driver put on an error of any code, also one that is not known here. */
const passingLabels: readonly string[] = [
  'TransientTransactionError',
  'RetryableWriteError',
  'RetryableError',
  'SystemOverloadedError',
];

/** Errors that the driver makes itself because it cannot talk to the server. */
const driverErrors: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoServerClosedError',
  'MongoStalePrimaryError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  'MongoTransactionError',
  'MongoUnexpectedServerResponseError',
  'MongoWriteConcernError',
]);

/** All connections were in use for as long as one may wait for one. */
export const gotNoConnection = (error: unknown): boolean =>
  error instanceof mongo.MongoError && error.name === 'MongoWaitQueueTimeoutError';

/** What a caller of the port gets for an error: StoreUnavailable where the server or the way to it is the reason. */
export const storeError = (error: unknown): unknown => (isPassing(error) ? new StoreUnavailable(error) : error);

/** What the operating system says of a connection; the driver passes some of it on as it is. */
const socketErrors: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const isPassing = (error: unknown): boolean => {
  if (!(error instanceof mongo.MongoError)) return isOfConnection(error);
  if (driverErrors.has(error.name) || passingCodes.has(error.code)) return true;
  if (writeErrorsOf(error).some(({ code }) => passingCodes.has(code))) return true;
  // Many writes at once: what kept them from the server is within, and the code is not always copied.
  if (error instanceof mongo.MongoBulkWriteError && isPassing(error.errorResponse)) return true;
  return passingLabels.some((label) => error.hasErrorLabel(label));
};

/** Told by code and name: errors of the runtime may be of another realm. */
const isOfConnection = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && socketErrors.has(error.code)) return true;
  return 'name' in error && error.name === 'MongooseServerSelectionError';
};
