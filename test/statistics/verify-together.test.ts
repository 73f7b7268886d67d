import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { verifyTogether, type VerifyTogether } from '../../src/statistics/verify-together.js';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { addApplication, register } from './fixture.js';

let folder: string;
let store: Store;
let applicationId: string;
let verify: VerifyTogether;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallygate-verify-together-'));
  let now = Date.UTC(2026, 0, 15);
  // No two looks at the clock see the same: recounts are told apart by their `asOf`.
  store = await openSqliteStore(join(folder, 'tallygate.db'), { clock: () => (now += 1) });
  applicationId = (await addApplication(store, 'Orchard')).id;
  await register(store, applicationId, ['2024-05-05T05:05:05Z', '2026-01-10T00:00:00Z']);
  verify = verifyTogether(store);
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks once the recount that was asked for before is under way. */
const askDuring = async (count: number) => {
  const first = verify({});
  await store.applications.page({}, { first: 1 });
  return Promise.all([first, ...Array.from({ length: count }, () => verify({}))]);
};

it('counts twice, however many ask while it counts', async () => {
  const answers = await askDuring(64);
  expect(new Set(answers.map(({ asOf }) => asOf)).size).toBe(2);
  expect(new Set(answers.slice(1)).size).toBe(1);
});

it('begins no third one while the second one counts', async () => {
  const first = verify({});
  await store.applications.page({}, { first: 1 });
  const second = verify({});
  await first;
  await store.applications.page({}, { first: 1 });
  const third = await Promise.all([verify({}), verify({}), second]);
  expect(third[0]).toBe(third[1]);
  expect(third[0].asOf).toBeGreaterThan(third[2].asOf + 1);
});

it('counts once for all who ask at the same moment', async () => {
  const answers = await Promise.all(Array.from({ length: 64 }, () => verify({})));
  expect(new Set(answers).size).toBe(1);
});

it('counts what was registered before it was asked, also while it was counting', async () => {
  const first = verify({});
  await register(store, applicationId, ['2026-01-12T00:00:00Z']);
  const [, second] = await Promise.all([first, verify({})]);
  expect(second).toMatchObject({ checkedRegistrations: 3, differences: [] });
});

it('counts anew for whoever asks afterwards', async () => {
  const first = await verify({});
  const second = await verify({});
  expect(second.asOf).toBeGreaterThan(first.asOf);
});

it('does not mix up what is asked for', async () => {
  const other = (await addApplication(store, 'Empty')).id;
  const answers = await Promise.all([verify({}), verify({ applicationId: other }), verify({ applicationId })]);
  expect(answers.map(({ checkedApplications }) => checkedApplications)).toEqual([2, 1, 1]);
  expect(answers.map(({ checkedRegistrations }) => checkedRegistrations)).toEqual([2, 0, 2]);
});

it('tells everybody of a refusal, and counts again afterwards', async () => {
  const first = verify({ applicationId: 'app_unknown' });
  await store.applications.page({}, { first: 1 });
  const all = await Promise.allSettled([
    first,
    ...Array.from({ length: 3 }, () => verify({ applicationId: 'app_unknown' })),
  ]);
  expect(all).toEqual(all.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'NOT_FOUND' }) })));
  expect(await verify({ applicationId: '' }).catch((error: unknown) => error)).toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  expect(await verify({})).toMatchObject({ differences: [] });
});
