import { afterAll, describe, expect, it } from '@jest/globals';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';

const server = await startTestServer();
const fixtures = fixturesOf(server);
const token = await server.adminToken();
const { applicationId } = server.sample;
afterAll(() => server.close());

const ask = async (query: string, variables = {}) => {
  const { body } = await server.graphql(query, { id: applicationId, ...variables }, token);
  expect(body.errors).toBeUndefined();
  return body.data;
};

const period = '{ from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", timeZone: "Asia/Kathmandu" }';

describe('a user who signs in', () => {
  it('is registered from then on, for the whole and for the environment', async () => {
    const figures = `query ($id: ID) { application(id: $id) { whole: registeredUsers { total } production: registeredUsers(environment: PRODUCTION) { total } sandbox: registeredUsers(environment: SANDBOX) { total } } }`;
    expect(await ask(figures)).toMatchObject({ application: { whole: { total: 0 } } });
    await fixtures.grant();
    server.clock.advance(1000);
    expect(await ask(figures)).toEqual({
      application: { whole: { total: 1 }, production: { total: 1 }, sandbox: { total: 0 } },
    });
  });

  it('is listed, counted by day and active', async () => {
    await server.flush();
    const { application } = await ask(`query ($id: ID) { application(id: $id) {
      registeredUsers { definition users { nodes { environment firstTokenAt user { username } application { name } } } comparison(period: ${period}) { current previous change changePercent } }
      activeUsers { daily weekly monthly series(period: ${period}) { activeUsers } }
      issuedTokens(period: ${period}) { grantType issued refused }
    } }`);
    expect(application.registeredUsers).toMatchObject({
      definition: expect.stringContaining('password grant'),
      users: {
        nodes: [{ environment: null, user: { username: 'ada' }, application: { name: 'Sample application' } }],
      },
      comparison: { current: 1, previous: 0, change: 1, changePercent: null },
    });
    expect(application.activeUsers).toMatchObject({ daily: 1, weekly: 1, monthly: 1 });
    expect(application.issuedTokens).toContainEqual({ grantType: 'PASSWORD', issued: 1, refused: 0 });
  });
});

/** Registers users one after the other until it is told to stop. */
const registering = (): (() => Promise<void>) => {
  const state = { stopped: false };
  const done = (async () => {
    for (let count = 0; !state.stopped; count += 1) {
      const { id: userId } = await fixtures.user();
      server.clock.advance(count % 3);
      const environment = count % 2 === 0 ? 'PRODUCTION' : 'SANDBOX';
      await server.store.registrations.record({ applicationId, environment, userId, at: server.clock.now() });
    }
  })();
  return () => {
    state.stopped = true;
    return done;
  };
};

const everything = `query ($id: ID!) {
  application(id: $id) { registeredUsers { asOf total series(period: ${period}) { newUsers totalUsers } users(first: 100) { totalCount nodes { firstTokenAt } pageInfo { hasNextPage } } } }
  registeredUsers(period: ${period}, applicationIds: [$id]) { newUsers totalUsers }
}`;

it('agrees with itself within an operation while users register', async () => {
  const stop = registering();
  const answers = [];
  for (let round = 0; round < 15; round += 1) answers.push(await ask(everything));
  await stop();
  for (const { application, registeredUsers: rows } of answers) {
    const { total, series, users } = application.registeredUsers;
    const sum = (buckets: { readonly newUsers: number }[]) => buckets.reduce((all, { newUsers }) => all + newUsers, 0);
    const others = [users.totalCount, sum(series), sum(rows), series.at(-1).totalUsers, rows.at(-1).totalUsers];
    expect(others).toEqual(Array(5).fill(total));
    if (users.pageInfo.hasNextPage === false) expect(users.nodes).toHaveLength(total);
  }
  expect(answers.at(-1).application.registeredUsers.total).toBeGreaterThan(
    answers[0].application.registeredUsers.total,
  );
});

it('gives a number again later by its asOf', async () => {
  const { application } = await ask(everything);
  const { total, asOf } = application.registeredUsers;
  server.clock.advance(10);
  const stop = registering();
  const totalAt =
    'query ($id: ID, $at: DateTime) { application(id: $id) { registeredUsers { total(at: $at) now: total } } }';
  for (let round = 0; round < 5; round += 1) {
    expect(await ask(totalAt, { at: asOf })).toMatchObject({ application: { registeredUsers: { total } } });
    expect(await walked(asOf)).toBe(total);
  }
  await stop();
  const { application: after } = await ask(totalAt, { at: asOf });
  expect(after.registeredUsers.now).toBeGreaterThan(total);
});

/** Length of the list up to an instant, page by page. */
const walked = async (registeredTo: string): Promise<number> => {
  const query = `query ($id: ID, $to: DateTime, $after: String) { application(id: $id) { registeredUsers { users(first: 7, after: $after, registeredTo: $to) { nodes { firstTokenAt } pageInfo { hasNextPage endCursor } } } } }`;
  let [length, after]: [number, string | null] = [0, null];
  for (;;) {
    const data: any = await ask(query, { to: registeredTo, after });
    const { nodes, pageInfo } = data.application.registeredUsers.users;
    length += Number(nodes.length);
    if (!pageInfo.hasNextPage) return length;
    after = pageInfo.endCursor;
  }
};

it('writes long lists out in turns, in their order', async () => {
  const hours = '{ from: "2026-01-01T00:00:00Z", to: "2026-02-11T16:00:00Z", interval: HOUR }';
  const { application } = await ask(
    `query ($id: ID) { application(id: $id) { registeredUsers { series(period: ${hours}) { start } more: series(period: ${hours}) { start } } issuedTokens(period: ${period}) { start grantType } } }`,
  );
  const starts = application.registeredUsers.series.map(({ start }: { start: string }) => start);
  expect(starts).toHaveLength(1000);
  expect(starts).toEqual([...starts].sort());
  expect(application.registeredUsers.more).toEqual(application.registeredUsers.series);
  expect(application.issuedTokens).toHaveLength(31 * 3 + 3);
});
