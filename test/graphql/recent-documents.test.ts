import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { recentDocuments } from '../../src/graphql/recent-documents.js';
import { startTestServer } from '../support/server.js';

const commented = (length: number) => parse(`{ viewer { clientId } }#`.padEnd(length, '\n#'));

const keysIn = async (
  store: ReturnType<typeof recentDocuments>,
  keys: readonly string[],
): Promise<readonly string[]> => {
  const found = await Promise.all(keys.map(async (key) => ((await store.get(key)) === undefined ? [] : [key])));
  return found.flat();
};

it('counts the comments of a document, which hold memory as well', async () => {
  const store = recentDocuments(10_000);
  for (const key of ['a', 'b', 'c', 'd']) await store.set(key, commented(4000));
  expect(await keysIn(store, ['a', 'b', 'c', 'd'])).toEqual(['c', 'd']);
});

it('keeps what was asked for last', async () => {
  const store = recentDocuments(10_000);
  await store.set('a', commented(4000));
  await store.set('b', commented(4000));
  await store.get('a');
  await store.set('c', commented(4000));
  expect(await keysIn(store, ['a', 'b', 'c'])).toEqual(['a', 'c']);
});

it('keeps no document that is too long by itself, and counts one that comes again once', async () => {
  const store = recentDocuments(10_000);
  await store.set('a', commented(10_001));
  for (let times = 0; times < 3; times += 1) await store.set('b', commented(4000));
  await store.set('c', commented(4000));
  expect(await keysIn(store, ['a', 'b', 'c'])).toEqual(['b', 'c']);
  await store.delete('b');
  expect(await keysIn(store, ['b', 'c'])).toEqual(['c']);
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const heapMegabytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

it('is how the server remembers documents: hundreds of long ones leave its memory as it was', async () => {
  const server = await startTestServer();
  const token = await server.adminToken();
  const askFor = async (first: number, count: number): Promise<void> => {
    for (let index = first; index < first + count; index += 1) {
      const query = `{ viewer { clientId } } # ${index}`.padEnd(60_000, `\n#${'-'.repeat(30)}`);
      expect((await server.graphql(query, {}, token)).status).toBe(200);
    }
  };
  await askFor(0, 20);
  const before = heapMegabytes();
  await askFor(20, 300);
  expect(heapMegabytes() - before).toBeLessThan(20); // kept by the nodes alone they are 80
  await server.close();
});
