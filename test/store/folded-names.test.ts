import { afterAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { mongo } from 'mongoose';
import { nameKey } from '../../src/model/application.js';
import { openStore } from '../../src/store/open-store.js';
import { openMongoStore } from '../../src/store/mongo/open.js';
import type { Store } from '../../src/store/port/store.js';
import { temporaryFolder } from '../support/server-process.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { onMongoDB } from './mongo-server.js';
import { eventOf } from './registration-reading.js';
import { applicationOf } from './samples.js';

interface Names {
  readonly open: () => Promise<Store>;
  /** Writes the key that an earlier version made of a name. */
  readonly age: (id: string, key: string) => Promise<unknown>;
}

const made = async (store: Store, names: Readonly<Record<string, string>>): Promise<void> => {
  for (const [id, name] of Object.entries(names)) {
    expect(await store.applications.create(applicationOf(id, { name }), eventOf(`made-${id}`))).toBe('created');
  }
  await store.close();
};

const describeNames = (store: string, { open, age }: Names) => {
  it(`names of an earlier version are folded anew on ${store}`, async () => {
    await made(await open(), { street: 'Straße', road: 'ΟΔΟΣ', taken: 'taken', there: 'Fuss' });
    await age('street', 'straße');
    await age('road', 'οδος');
    await age('taken', 'fuß'); // by now the name of another one
    const opened = await open();
    const found = async (name: string) => (await opened.applications.findByName(nameKey(name)))?.id;
    expect([await found('STRASSE'), await found('οδοσ'), await found('FUSS')]).toEqual(['street', 'road', 'there']);
    expect(await opened.applications.find('taken')).toMatchObject({ name: 'taken' });
    expect(await opened.applications.create(applicationOf('other', { name: 'strasse' }), eventOf('other'))).toBe(
      'name_taken',
    );
    await opened.close();
  });
};

describe('the embedded store', () => {
  let remove = () => Promise.resolve();
  afterAll(() => remove());
  const file = (async () => {
    const folder = await temporaryFolder();
    remove = () => folder.remove();
    return `${folder.path}/tallygate.db`;
  })();
  describeNames('SQLite', {
    open: async () => openStore(`file:${await file}`),
    age: async (id, key) => {
      const database = new DatabaseSync(await file);
      database.prepare('UPDATE applications SET name_key = ? WHERE id = ?').run(key, id);
      database.close();
    },
  });
});

onMongoDB((server) => {
  const url = databaseUrl(server);
  afterAll(() => dropDatabase(url));
  describeNames('MongoDB', {
    open: () => openMongoStore(url, { patience: 30 }),
    age: async (id, key) => {
      const client = new mongo.MongoClient(url);
      await client
        .db()
        .collection<{ _id: string }>('applications')
        .updateOne({ _id: id }, { $set: { nameKey: key } });
      await client.close();
    },
  });
});
