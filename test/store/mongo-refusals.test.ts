import { mongo } from 'mongoose';
import { describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { StoreRefused } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startFakeMongoServer } from './fake-mongo-server.js';
import { onMongoDB } from './mongo-server.js';

/** The sentence with which the start stops. */
const refusal = async (url: string): Promise<string> => {
  try {
    const store = await openMongoStore(url);
    await store.close();
  } catch (error) {
    if (error instanceof StoreRefused) return error.message;
    throw error;
  }
  return 'opened';
};

const hello = {
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  logicalSessionTimeoutMinutes: 30,
};
const replicaSet = { setName: 'rs', hosts: ['127.0.0.1:1'], me: '127.0.0.1:1', secondary: false };

describe('a MongoDB that cannot keep what is promised', () => {
  it.each([
    { server: 'a standalone server', hello, version: '8.0.1', says: /standalone server.*replica set/ },
    { server: 'a server of version 4.4', hello: { ...hello, ...replicaSet }, version: '4.4.29', says: /too old.*5\.0/ },
    {
      server: 'a server of a wire protocol long gone',
      hello: { ...hello, maxWireVersion: 6 },
      version: '3.6.0',
      says: /too old/,
    },
  ])('stops the start when it is $server', async ({ hello: answer, version, says }) => {
    const fake = await startFakeMongoServer({ hello: answer, buildInfo: { version } });
    expect(await refusal(`${fake.url}/?directConnection=true`)).toMatch(says);
    await fake.close();
  });

  it.each([
    { what: 'has no host', url: 'mongodb://' },
    { what: 'has an unknown option', url: 'mongodb://localhost:1/?noSuchOption=secret-word' },
    { what: 'has a bad number', url: 'mongodb://localhost:99999999/' },
    { what: 'holds a bare percent sign', url: 'mongodb://user:%secret-word@localhost:1/' },
  ])('stops the start with a sentence that does not hold the URL when it $what', async ({ url }) => {
    const message = await refusal(url);
    expect(message).toMatch(/not a valid MongoDB connection string/);
    expect(message).not.toContain('secret-word');
  });
});

onMongoDB((server) => {
  describe('a database of a newer version', () => {
    it('stops the start and is left as it is', async () => {
      const url = databaseUrl(server);
      const client = new mongo.MongoClient(url);
      const settings = client.db().collection<{ _id: string; value: string }>('settings');
      await settings.insertOne({ _id: 'format', value: '2' });
      expect(await refusal(url)).toMatch(/newer version of Tallygate/);
      expect(await client.db().collections()).toHaveLength(1);
      await client.close();
      await dropDatabase(url);
    });
  });
});
