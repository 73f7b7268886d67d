import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Store } from '../../src/store/port/store.js';
import { anEvent } from '../statistics/fixture.js';
import { openTestStore } from '../support/test-store.js';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';
import { watchedStore } from './watched-store.js';

const opened = await openTestStore();
const { store, calls } = watchedStore(opened.store);
const server = await startTestServer({ store });
const fixtures = fixturesOf(server);
const token = await server.adminToken();
const tenth = Date.UTC(2026, 0, 10);

beforeAll(async () => {
  for (let index = 0; index < 12; index += 1) {
    const [{ id: applicationId }, { id: userId }] = [await fixtures.application(), await fixtures.user()];
    await fixtures.grant();
    for (const at of [tenth, tenth + 1000]) {
      await store.registrations.record({ applicationId, environment: 'PRODUCTION', userId, at });
      await store.registrations.record({ ...server.sample, environment: 'SANDBOX', userId, at });
    }
  }
});

afterAll(async () => {
  await server.close();
  await opened.close();
});

/** What a query calls beyond what authenticating its token does. */
const callsOf = async (query: string, variables = {}): Promise<readonly string[]> => {
  calls.length = 0;
  await server.graphql('{ viewer { clientId } }', {}, token);
  const authenticating = calls.length;
  calls.length = 0;
  const answer = await server.graphql(query, variables, token);
  expect(answer.body.errors).toBeUndefined();
  return calls.slice(authenticating).sort();
};

describe('related objects are read in batches', () => {
  test.each([
    ['{ applications { nodes { id name keys { clientId } } } }', ['applications.page']],
    ['{ applications { totalCount nodes { id } } }', ['applications.count', 'applications.page']],
    ['{ applications { nodes { keys { lastTokenAt secrets { lastUsedAt } } } } }', ['applications.page', 'usage.find']],
    [
      '{ users { nodes { registrations { application { name } user { username } } } } }',
      ['applications.findMany', 'registrations.findByUsers', 'users.findMany', 'users.page'],
    ],
    [
      '{ user(username: "ada") { grants { nodes { application { name } user { username } } } } }',
      ['applications.findMany', 'tokens.pageFamilies', 'users.findByUsername', 'users.findMany'],
    ],
    [
      '{ application(name: "Sample application") { registeredUsers { users { nodes { user { username } application { name } } } } } }',
      [
        'applications.findByName',
        'openSnapshot',
        'snapshot.close',
        'snapshot.findApplications',
        'snapshot.findUsers',
        'snapshot.registrations.page',
      ],
    ],
  ])('%s', async (query, expected) => {
    expect(await callsOf(query)).toEqual(expected);
  });

  it('whatever their number', async () => {
    const query = 'query ($n: Int) { users(first: $n) { nodes { registrations { application { name } } } } }';
    expect(await callsOf(query, { n: 2 })).toEqual(await callsOf(query, { n: 13 }));
  });
});

describe('the cut of an operation', () => {
  const period = '{ from: "2026-01-09T00:00:00Z", to: "2026-01-12T00:00:00Z" }';

  it('is one, for all statistics of all applications, and is closed', async () => {
    const query = `{ applications { nodes { registeredUsers { total asOf series(period: ${period}) { newUsers } users(first: 1) { totalCount } } activeUsers { daily } issuedTokens(period: ${period}) { issued } } } registeredUsers(period: ${period}) { newUsers } }`;
    const made = await callsOf(query);
    expect(made.filter((call) => call === 'openSnapshot')).toHaveLength(1);
    expect(made.filter((call) => call === 'snapshot.close')).toHaveLength(1);
  });

  it('is opened after a recount, which has cuts of its own, however many ask at once', async () => {
    const query = `{ registeredUsers(period: ${period}) { newUsers } verifyStatistics(applicationId: "${server.sample.applicationId}") { differences { figure } } application(name: "Sample application") { registeredUsers { total } } }`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => server.graphql(query, {}, token)));
    for (const { body } of answers) {
      expect(body).toMatchObject({
        data: { verifyStatistics: { differences: [] }, application: { registeredUsers: { total: 13 } } },
      });
    }
  });

  it('is not opened when no statistic is asked for', async () => {
    expect(await callsOf('{ applications { nodes { registeredUsers { definition } } } }')).toEqual([
      'applications.page',
    ]);
  });

  test.each([
    [
      'one field fails',
      `{ application(name: "Sample application") { registeredUsers { total(at: "9999-12-31T23:59:60Z") } } }`,
    ],
    [
      'one field fails while others read',
      `{ application(name: "Sample application") { registeredUsers { total series(period: { from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { newUsers } more: total } activeUsers { daily(date: "2999-01-01") weekly } } }`,
    ],
    [
      'the list of applications fails',
      `{ registeredUsers(applicationIds: ["app_nothing"], period: ${period}) { newUsers } }`,
    ],
  ])('is closed when %s', async (_when, query) => {
    calls.length = 0;
    const answer = await server.graphql(query, {}, token);
    expect(answer.body.errors).toBeDefined();
    const [opens, closes] = ['openSnapshot', 'snapshot.close'].map(
      (name) => calls.filter((call) => call === name).length,
    );
    expect(closes).toBe(opens);
    expect(calls.lastIndexOf('snapshot.close')).toBe(opens === 0 ? -1 : calls.length - 1);
  });

  it('shows no figures of an application that was deleted before it was made', async () => {
    const { id } = await fixtures.application();
    const deleting: Store = {
      ...opened.store,
      openSnapshot: async () => {
        await opened.store.applications.remove(id, anEvent());
        return opened.store.openSnapshot();
      },
    };
    const other = await startTestServer({ store: deleting });
    const query = `query ($id: ID!) { application(id: $id) { registeredUsers { total users { totalCount } } } }`;
    const { body } = await other.graphql(query, { id });
    expect(body).toMatchObject({ data: { application: null }, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    await other.close();
  });

  it('is a new one for each mutation of an operation', async () => {
    const { id } = await fixtures.application();
    const { username } = await fixtures.user();
    const variables = { rows: [{ applicationId: id, username, firstTokenAt: '2020-01-01T00:00:00Z' }], id };
    const query = `mutation ($rows: [ImportRegistrationRow!]!, $id: ID!) {
      before: updateApplication(input: { id: $id }) { application { registeredUsers { total } } }
      importRegistrations(input: { rows: $rows }) { created }
      after: updateApplication(input: { id: $id }) { application { registeredUsers { total users { nodes { user { username } } } } } }
    }`;
    const { body } = await server.graphql(query, variables, token);
    expect(body.data).toMatchObject({
      before: { application: { registeredUsers: { total: 0 } } },
      importRegistrations: { created: 1 },
      after: { application: { registeredUsers: { total: 1, users: { nodes: [{ user: { username } }] } } } },
    });
  });
});

it('refuses users with too many registrations together before it reads what belongs to them', async () => {
  const { items } = await store.users.page({}, { first: 11 });
  for (const { id: userId } of items) {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ applicationId: `app_${index}`, userId, at: tenth }));
    await store.registrations.import(
      rows.map((row) => ({ ...row, environment: 'PRODUCTION' })),
      { audit: anEvent() },
    );
  }
  calls.length = 0;
  const { body } = await server.graphql('{ users { nodes { registrations { firstTokenAt } } } }', {}, token);
  expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
  expect(calls.slice(-2)).toEqual(['users.page', 'registrations.findByUsers']);
});
