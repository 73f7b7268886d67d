import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/open.js';
import { StoreBusy, StoreUnavailable, type RequestTime, type Store } from '../../src/store/port/store.js';
import { awakeMillis } from '../support/awake-millis.js';
import { databaseUrl, dropDatabase } from './adapters.js';
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.js';
import { onMongoDB } from './mongo-server.js';

const limitMillis = 2_000;

const describeBurst = (server: string) => {
  it('reads the client of 200 requests that come at once, by connections that are not there yet', async () => {
    const url = databaseUrl(server);
    const store = await openMongoStore(url);
    const burst = Array.from({ length: 200 }, () => store.applications.findClient('client'));
    expect(new Set(await Promise.all(burst))).toEqual(new Set([undefined]));
    await store.close();
    await dropDatabase(url);
  });
};

const describeRequestTime = (server: string) => {
  describe('a request to a MongoDB that is slow', () => {
    const url = databaseUrl(server);
    let proxy: MeddlingProxy;
    let store: Store;
    let requestTime: RequestTime;
    beforeAll(async () => {
      proxy = await startMeddlingProxy(server);
      store = await openMongoStore(proxy.through(url));
      if (store.requestTime === undefined) throw new Error('this store limits no request');
      ({ requestTime } = store);
      proxy.delay(400);
    });
    afterAll(async () => {
      await store.close();
      await proxy.close();
      await dropDatabase(url);
    });

    const findOneByOne = async (times: number): Promise<number> => {
      for (let done = 0; done < times; done += 1) await store.users.find('usr_1');
      return times;
    };

    it('is told so in time, however many calls it makes', async () => {
      const told = () => expect(requestTime.share(() => findOneByOne(8))).rejects.toBeInstanceOf(StoreBusy);
      expect(await awakeMillis(told)).toBeLessThan(limitMillis);
    });

    it('goes on where its work is long by nature, and so does what is no request', async () => {
      const long = async () => {
        requestTime.takeLong();
        return findOneByOne(4);
      };
      expect(await requestTime.share(long)).toBe(4);
      expect(await findOneByOne(4)).toBe(4);
    });

    it('has no more time because it asks again after it was over', async () => {
      const again = async () => {
        await findOneByOne(8).catch(() => undefined);
        const told = () => expect(store.users.find('usr_1')).rejects.toBeInstanceOf(StoreUnavailable);
        return awakeMillis(told);
      };
      expect(await requestTime.share(again)).toBeLessThan(100);
    });

    it('takes no time from the next one', async () => {
      await requestTime.share(() => findOneByOne(8)).catch(() => undefined);
      expect(await requestTime.share(() => findOneByOne(2))).toBe(2);
    });
  });
};

onMongoDB((server) => {
  describeBurst(server);
  describeRequestTime(server);
});
