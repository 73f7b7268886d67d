import { describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { isDuplicateKey, storeError } from '../../src/store/mongo/store-error.js';
import { StoreUnavailable } from '../../src/store/port/store.js';

/** As the driver makes it of an error that kept many writes from the server, or of what the server said of some of them. */
const bulkError = (of: Error | readonly number[]): mongo.MongoBulkWriteError => {
  const writeErrors = of instanceof Error ? [] : of.map((code) => ({ code, index: 0, errmsg: 'refused' }));
  const cause = of instanceof Error ? of : { message: 'refused', code: of[0], writeErrors };
  return Reflect.construct(mongo.MongoBulkWriteError, [cause, {}]);
};

interface Case {
  readonly what: string;
  readonly error: Error;
  readonly passes: boolean;
  readonly taken?: boolean;
}

describe('an error of MongoDB', () => {
  test.each<Case>([
    { what: 'a connection that broke', error: new mongo.MongoNetworkError('closed'), passes: true },
    { what: 'one that broke under many writes', error: bulkError(new mongo.MongoNetworkError('closed')), passes: true },
    {
      what: 'a socket error under many writes',
      error: bulkError(Object.assign(new Error('write'), { code: 'EPIPE' })),
      passes: true,
    },
    { what: 'a primary that steps down under some writes', error: bulkError([11000, 10107]), passes: true },
    ...[13, 18, 8000].map((code) => ({
      what: `a user who is not let in any more (${code})`,
      error: new mongo.MongoServerError({ message: 'refused', code }),
      passes: true,
    })),
    ...[43, 202, 237, 290, 365, 11601].map((code) => ({
      what: `a command that the server gave up (${code})`,
      error: new mongo.MongoServerError({ message: 'ended', code }),
      passes: true,
    })),
    ...['SystemOverloadedError', 'RetryableError', 'RetryableWriteError', 'TransientTransactionError'].map((label) => ({
      what: `what a server calls ${label}`,
      error: new mongo.MongoServerError({ message: 'not now', code: 462, errorLabels: [label] }),
      passes: true,
    })),
    { what: 'taken keys under many writes', error: bulkError([11000, 11000]), passes: false, taken: true },
    {
      what: 'a taken key',
      error: new mongo.MongoServerError({ message: 'taken', code: 11000 }),
      passes: false,
      taken: true,
    },
    { what: 'a taken key beside a wrong document', error: bulkError([11000, 121]), passes: false },
    { what: 'a wrong command', error: new mongo.MongoServerError({ message: 'wrong', code: 9 }), passes: false },
  ])('tells of $what whether it passes and whether a key is taken', ({ error, passes, taken = false }) => {
    expect(storeError(error) instanceof StoreUnavailable).toBe(passes);
    expect(isDuplicateKey(error)).toBe(taken);
  });
});
