import { mongo } from 'mongoose';
import { expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startMeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';

onMongoDB((server) => {
  // On a replica set that lags, the value of another server is taken and not yet readable; here it is taken away for that moment.
  it('a setting that another server has claimed and that cannot be read yet is nobody’s own', async () => {
    const url = databaseUrl(server);
    const proxy = await startMeddlingProxy(server);
    const store = await openMongoStore(proxy.through(url), { patience: 30 });
    const client = new mongo.MongoClient(url);
    const settings = client.db().collection<{ _id: string; value: string }>('settings');
    await settings.insertOne({ _id: 'setting/key', value: 'theirs' });
    const reading = proxy.hold('find\0\x09\0\0\0settings\0');
    const claiming = expect(store.settings.claim('key', 'mine')).rejects.toThrow(StoreUnavailable);
    const held = await reading;
    await settings.deleteOne({ _id: 'setting/key' });
    held.letGo();
    await claiming;
    await settings.insertOne({ _id: 'setting/key', value: 'theirs' });
    expect(await store.settings.claim('key', 'mine')).toBe('theirs');
    await store.close();
    await client.close();
    await proxy.close();
    await dropDatabase(url);
  });
});
