import { createServer, type AddressInfo, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { mongo } from 'mongoose';
import { describe, expect, it } from '@jest/globals';
import { errorFields } from '../../src/model/error-fields.js';
import { startError } from '../../src/store/mongo/connection.js';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { StoreRefused, StoreUnavailable } from '../../src/store/port/store.js';
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
      server: 'one of several, by a connection to it alone',
      hello: { ...hello, ...replicaSet, hosts: ['127.0.0.1:1', '127.0.0.1:2'] },
      version: '8.0.1',
      says: /directConnection=true.+leave it out/,
    },
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
    { what: 'a replica set of another name', answer: { ...replicaSet }, says: /another name than replicaSet=/ },
    { what: 'a standalone server', answer: {}, says: /standalone server.*replica set/ },
    { what: 'a sharded cluster', answer: { msg: 'isdbgrid' }, says: /sharded cluster: leave replicaSet=/ },
  ])('stops the start when the URL names a replica set and $what answers', async ({ answer, says }) => {
    const fake = await startFakeMongoServer({ hello: { ...hello, ...answer }, buildInfo: { version: '8.0.1' } });
    expect(await refusal(`${fake.url}/?replicaSet=wrong`)).toMatch(says);
    await fake.close();
  });

  it('stops the start when a member of another replica set than the URL names answers a connection to it alone', async () => {
    const fake = await startFakeMongoServer({ hello: { ...hello, ...replicaSet }, buildInfo: { version: '8.0.1' } });
    expect(await refusal(`${fake.url}/?replicaSet=wrong&directConnection=true`)).toMatch(/another name/);
    await fake.close();
  });

  it('is away while its replica set is not made yet, and while another of its members may have the right name', async () => {
    const [unmade, other] = [{ isreplicaset: true, isWritablePrimary: false }, replicaSet];
    for (const [answer, more] of [
      [unmade, ''],
      [other, ',127.0.0.1:1'],
    ] as const) {
      const fake = await startFakeMongoServer({ hello: { ...hello, ...answer }, buildInfo: { version: '8.0.1' } });
      await expect(openMongoStore(`${fake.url}${more}/?replicaSet=wrong`)).rejects.toThrow(StoreUnavailable);
      await fake.close();
    }
  });

  it.each([
    { what: 'says nothing', talk: () => undefined, told: { error: 'MongoNetworkTimeoutError' } },
    {
      what: 'hangs up on a client that wants TLS',
      talk: (socket: Socket) => socket.destroy(),
      told: { error: 'MongoNetworkError', cause: { code: 'ECONNRESET' } },
    },
  ])('is away when it $what, and the log is told so', async ({ talk, told }) => {
    const server = createServer((socket) => socket.on('error', () => undefined).on('data', () => talk(socket)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error: unknown = await openMongoStore(`mongodb://127.0.0.1:${port}/?tls=true`).catch((why: unknown) => why);
    expect(errorFields(error)).toMatchObject({ error: 'StoreUnavailable', cause: told });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['mongodb://', 'mongodb://user@'])(
    'stops the start when %s… asks for what needs a package that is not there',
    async (beginning) => {
      const fake = await startFakeMongoServer({ hello: { ...hello, ...replicaSet }, buildInfo: { version: '8.0.1' } });
      const mechanism = beginning.includes('@') ? 'GSSAPI' : 'MONGODB-AWS';
      const url = `${fake.url.replace('mongodb://', beginning)}/?directConnection=true&authMechanism=${mechanism}`;
      expect(await refusal(url)).toMatch(/authMechanism or compressors that need a package/);
      await fake.close();
    },
  );

  it.each([
    { name: 'a%2Fb', says: /a character that MongoDB refuses/ },
    { name: '/', says: /a character that MongoDB refuses/ },
    ...[...'/\\. "$*<>:|'].map((character) => ({ name: `a${character}b`, says: /a character that MongoDB refuses/ })),
    { name: 'a%3Fb', says: /a character that MongoDB refuses/ },
    { name: 'a%00b', says: /a character that MongoDB refuses/ },
    { name: 'a'.repeat(64), says: /longer than 63 bytes/ },
    { name: 'é'.repeat(32), says: /longer than 63 bytes/ },
    { name: '%', says: /write %25 for %/ },
  ])('stops the start before it connects when the database is called $name', async ({ name, says }) => {
    expect(await refusal(`mongodb://localhost:1/${name}`)).toMatch(says);
    expect(await refusal(`mongodb+srv://user:secret-word@db.example/${name}`)).toMatch(says);
  });

  it.each(['tlsCAFile', 'tlsCRLFile', 'tlsCertificateKeyFile'])(
    'stops the start before it connects when the file that the URL names as %s is of no use',
    async (option) => {
      for (const file of ['/nowhere/secret-word.pem', '/', resolve('package.json')]) {
        const message = await refusal(`mongodb://localhost:1/?tls=true&${option}=${encodeURIComponent(file)}`);
        expect(message).toContain(`names a file as ${option} that is not there, cannot be read or`);
        expect(message).not.toContain('secret-word');
      }
    },
  );

  it.each(['', '/', '/a', `/${'a'.repeat(63)}`, '/Ä-1_é', '/?replicaSet=rs'])(
    'is looked for when its URL ends with "%s"',
    async (end) => {
      await expect(openMongoStore(`mongodb://127.0.0.1:1${end}`)).rejects.toThrow(StoreUnavailable);
    },
  );

  it.each([
    { host: '127.0.0.1:1', code: 'ECONNREFUSED' },
    { host: 'no-such-host.invalid', code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) },
  ])('is away at $host, and the log is told why', async ({ host, code }) => {
    const error: unknown = await openMongoStore(`mongodb://user:secret-word@${host}/`).catch((why: unknown) => why);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(errorFields(error)).toMatchObject({ cause: { error: 'MongoNetworkError', cause: { code } } });
    expect(JSON.stringify(errorFields(error))).not.toContain('secret-word');
  });

  it.each([
    { code: 73, says: /refuses the name of the database/ },
    { code: 13297, says: /upper and lower case/ },
    { code: 13, says: /may not read and write/ },
    { code: 18, says: /user name or password/ },
    { code: 8000, says: /user name or password/ },
  ])('stops the start when it answers with error $code', ({ code, says }) => {
    const answer = new mongo.MongoServerError({ message: 'refused', code });
    for (const error of [startError(answer), startError(new StoreUnavailable(answer))]) {
      expect(error).toBeInstanceOf(StoreRefused);
      expect(String(error)).toMatch(says);
    }
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

  describe('a database whose index was removed by hand', () => {
    const makeDatabase = async () => {
      const url = databaseUrl(server);
      const store = await openMongoStore(url);
      await store.close();
      const client = new mongo.MongoClient(url);
      const users = client.db().collection<{ _id: string; username: string }>('users');
      await users.dropIndex('username_1');
      return {
        url,
        users,
        remove: async () => {
          await client.close();
          await dropDatabase(url);
        },
      };
    };

    it('gets it back at the next start', async () => {
      const { url, users, remove } = await makeDatabase();
      expect(await refusal(url)).toBe('opened');
      expect(await users.indexes()).toContainEqual(expect.objectContaining({ name: 'username_1', unique: true }));
      await remove();
    });

    it('stops the start with a sentence while two documents have the same key', async () => {
      const { url, users, remove } = await makeDatabase();
      await users.insertMany(['one', 'two'].map((_id) => ({ _id, username: 'secret-word' })));
      const message = await refusal(url);
      expect(message).toMatch(/same key.+change or delete one of them.+users\(username\)[.]$/);
      expect(message).not.toContain('secret-word');
      await users.deleteOne({ _id: 'two' });
      expect(await refusal(url)).toBe('opened');
      await remove();
    });

    it.each([
      { what: 'is not unique', options: { name: 'username_1' } },
      { what: 'has another name', options: { name: 'mine', unique: true, sparse: true } },
    ])('stops the start with a sentence while one in its place $what', async ({ options }) => {
      const { url, users, remove } = await makeDatabase();
      await users.createIndex({ username: 1 }, options, {});
      expect(await refusal(url)).toMatch(/not as Tallygate makes it: drop it.+users\(username\)[.]$/);
      await users.dropIndex(options.name);
      expect(await refusal(url)).toBe('opened');
      await remove();
    });
  });
});
