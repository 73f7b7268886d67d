import { describe, expect, it } from '@jest/globals';
import { Mongoose, mongo } from 'mongoose';
import { lookAtStore } from '../../src/store/open-store.js';
import { databaseOf } from '../../src/store/mongo/check-url.js';
import { clientOptions, urlOptions } from '../../src/store/mongo/client-options.js';

/** What the start says of a URL; undefined: nothing. */
const saidOf = async (url: string): Promise<string | undefined> => (await lookAtStore(url))?.message;

describe('a MongoDB URL that cannot be right', () => {
  it.each([
    ...['pa/secret', 'pa?secret', 'p@secret', 'pa:secret', 'pa#secret', 'pa[secret', 'pa]secret', '%secret'],
    ...['p@1/secret', '12/secret@x', 'p@1?secret'],
  ])('is told that the password must be percent-encoded: %s', async (password) => {
    const said = await saidOf(`mongodb://user:${password}@host/name`);
    expect(said).toMatch(/user name or the password .+ must be percent-encoded.+%40 for @/);
    expect(said).not.toContain('secret');
    expect(await saidOf(`mongodb://user:${encodeURIComponent(password)}@host/name`)).toBeUndefined();
  });

  it.each([
    { url: 'mongodb:///name', says: 'names no host' },
    { url: 'mongodb://:secret@host/', says: '@ without a user name before it' },
    { url: 'mongodb://@host/', says: '@ without a user name before it' },
    { url: 'mongodb://host:99999/', says: 'The host in the database URL is not a name or an address with a port' },
    { url: 'mongodb://one,two:secret,three/', says: 'The host number 2 in the database URL' },
    { url: 'mongodb://one,,three/', says: 'The host number 2 in the database URL' },
    { url: 'mongodb://host /name', says: 'The host in the database URL' },
    { url: 'mongodb://::1/', says: 'an IPv6 address stands in brackets' },
    { url: 'mongodb+srv://db.example.com:27017/', says: 'one host, without a port' },
    { url: 'mongodb+srv://db.example.com,db.example.org/', says: 'one host, without a port' },
    { url: 'mongodb://host/%', says: 'write %25 for %' },
    {
      url: 'mongodb://host/?secret=1',
      says: 'The option behind the ? .+ not one that Tallygate takes: leave it out[.]',
    },
    { url: 'mongodb://host/?w=majority&retrywrite=true', says: 'The option number 2 .+, or write retryWrites[.]' },
    { url: 'mongodb://host/?proxyHost=secret', says: 'not one that Tallygate takes: leave it out' }, // a package is missing
    { url: 'mongodb://host/?tls', says: 'a value that the option does not take: tls[.]' },
    { url: 'mongodb://host/?TLS=secret', says: 'a value that the option does not take: tls[.]' },
    { url: 'mongodb://host/?minPoolSize=31', says: 'minPoolSize in the database URL is more than 30' },
    { url: 'mongodb://host/?replicaSet=a&replicaSet=b', says: 'the option replicaSet more than once' },
    { url: 'mongodb://host/?tls=true&ssl=false', says: 'does not go with .+: tls, ssl[.]' },
    { url: 'mongodb://one,two/?directConnection=true', says: 'does not go with .+ hosts .+: directConnection[.]' },
    { url: 'mongodb://host/?authMechanism=SCRAM-SHA-256', says: 'does not go with .+ user: authMechanism[.]' },
  ])('is told what is wrong, and none of it is repeated: $url', async ({ url, says }) => {
    const said = await saidOf(url);
    expect(said).toMatch(new RegExp(says));
    expect(said).not.toContain('secret');
  });

  it.each([
    'mongodb://[::1]:27017,%2Ftmp%2Fmongodb.sock/name',
    'mongodb+srv://user:pass%40word@db.example.com/?retryWrites=true&w=majority&appName=Cluster0',
    'mongodb://host?replicaSet=rs0',
    'mongodb://user@host/?authMechanism=MONGODB-X509&tls=true&authMechanismProperties=SERVICE_NAME:a@b',
  ])('is not what is said of %s', async (url) => {
    expect(await saidOf(url)).toBeUndefined();
  });
});

/** By the way that a start takes: Mongoose has the database, its driver the user. */
const meantBy = async (url: string): Promise<readonly [database: string | undefined, ofUser: string | undefined]> => {
  const connection = new Mongoose().createConnection();
  const opening = connection.openUri(url, { ...clientOptions(0.1), ...databaseOf(url) }).catch(() => undefined);
  const { options } = connection.getClient();
  await connection.destroy(true);
  await opening;
  return [databaseOf(url).dbName ?? options.dbName, options.credentials?.source];
};

describe('a MongoDB URL without the name of a database', () => {
  it.each([
    { url: 'mongodb://user:word@127.0.0.1:1/?replicaSet=rs0', user: 'admin' },
    { url: 'mongodb://user:word@127.0.0.1:1', user: 'admin' },
    { url: 'mongodb+srv://user:word@db.example.invalid/', user: 'admin' },
    { url: 'mongodb://user:word@127.0.0.1:1/?authSource=people', user: 'people' },
    { url: 'mongodb://user:word@127.0.0.1:1/?authMechanism=PLAIN', user: '$external' },
    { url: 'mongodb://127.0.0.1:1?tls=true&tlsCAFile=/etc/ca.pem', user: undefined },
  ])('means tallygate, and another one for its user: $url', async ({ url, user }) => {
    expect(await meantBy(url)).toEqual(['tallygate', user]);
  });

  it('is told from one with a name, which is that of its user too', async () => {
    const url = 'mongodb://user:word@127.0.0.1:1/name?authMechanism=SCRAM-SHA-256';
    expect(await meantBy(url)).toEqual(['name', 'name']);
  });
});

describe('what is decided for every MongoDB', () => {
  const resolved = (query: string) => {
    const { readConcern, writeConcern, readPreference, retryWrites, maxPoolSize } = new mongo.MongoClient(
      `mongodb://host/?${query}`,
      clientOptions(1),
    ).options;
    return { readConcern, writeConcern, readPreference, retryWrites, maxPoolSize };
  };

  it('is that a majority has what is acknowledged and what is read, from the primary', () => {
    expect(resolved('')).toMatchObject({
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
      readPreference: { mode: 'primary' },
    });
  });

  it.each([
    ...['readConcernLevel=local', 'w=1', 'w=0', 'journal=false', 'wtimeoutMS=1', 'readPreference=secondary'],
    ...['retryWrites=false', 'maxPoolSize=1', 'retryWrites=1', 'maxPoolSize=many'],
  ])('is not undone by a URL that says %s', async (query) => {
    expect(await saidOf(`mongodb://host/?${query}`)).toBeUndefined();
    expect(resolved(query)).toEqual(resolved(''));
  });

  it.each([
    'j=false',
    'fsync=true',
    'wtimeout=1',
    'readPreferenceTags=a:b',
    'raw=true',
    'promoteValues=false',
    'dbName=x',
  ])('is kept by refusing a URL that says %s', async (query) => {
    expect(await saidOf(`mongodb://host/?${query}`)).toMatch(/not one that Tallygate takes/);
  });

  it('is known to the driver by the names that a URL may say', () => {
    for (const name of urlOptions)
      expect(() => resolved(`${name}=`)).toThrow(`"${name}" cannot be specified with no value`);
  });
});
