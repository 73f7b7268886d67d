import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Snapshot } from '../../src/store/port/store.js';
import { connectionLimit } from '../../src/store/sqlite/readers.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** As many as can be open at once: whoever reads a cut now has to wait. */
const holdAll = (): Promise<readonly Snapshot[]> =>
  Promise.all(Array.from({ length: connectionLimit }, () => server.store.openSnapshot()));

const releaseAll = (held: readonly Snapshot[]) => Promise.all(held.map((snapshot) => snapshot.close()));

const query = '{ verifyStatistics { differences { figure } } }';

it('puts a query off that cannot be read in time, with 503 and when to try again', async () => {
  const held = await holdAll();
  const answer = await server.graphql(query);
  expect(answer).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } });
  expect(answer.headers.get('retry-after')).toBe('1');
  await releaseAll(held);
  expect(await server.graphql(query)).toMatchObject({ status: 200, body: { data: { verifyStatistics: {} } } });
});

it('puts a CSV off that cannot be read in time, with 503 and when to try again', async () => {
  const authorization = `Bearer ${await server.adminToken(['statistics:read'])}`;
  const path = '/statistics/registered-users.csv?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
  const held = await holdAll();
  const answer = await server.get(path, { authorization });
  expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
  expect(answer.headers.get('retry-after')).toBe('1');
  await releaseAll(held);
  expect(await server.get(path, { authorization })).toMatchObject({ status: 200 });
});

it('gives a connection to each of 64 readers that wait, as soon as one is free', async () => {
  const held = await holdAll();
  const read = async (): Promise<void> => (await server.store.openSnapshot()).close();
  const waiting = Array.from({ length: 64 }, read);
  await releaseAll(held);
  await Promise.all(waiting);
});
