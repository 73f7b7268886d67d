import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { claimsOf } from '../oauth/open-oauth.js';
import { eachCluster, type Client, type Cluster, type StoreOfCluster } from './cluster.js';
import { csvOf, figuresOf, sameFigures, verified } from './figures.js';
import { inLanes, untilAnswered } from './retrying.js';

beforeAll(() => builtProgram(), buildMillis);

const second = 1000;
let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

interface Registered {
  readonly user: { readonly username: string; readonly createdAt: string };
  readonly firstTokenAt: string;
  readonly lastTokenAt: string;
}

const registrationsOf = async ({ servers }: Cluster, { applicationId }: Client): Promise<readonly Registered[]> => {
  const { application } = await servers[1].graphql(
    `query($id: ID!) { application(id: $id) { registeredUsers { users(first: 100) {
      nodes { user { username createdAt } firstTokenAt lastTokenAt }
    } } } }`,
    { id: applicationId },
  );
  return application.registeredUsers.users.nodes;
};

/** By how much the clock of a process was wrong when it became ready, as its log tells. */
const errorOfClock = async ({ servers }: Cluster, index: 0 | 1, readyAt: number): Promise<number> =>
  Date.parse((await servers[index].process.logged('ready'))['time']) - readyAt;

const describeTwoServers = (open: StoreOfCluster['open']): void => {
  it('whose clocks differ by a minute go by the time of the store: nothing moves and nobody counts twice (S9)', async () => {
    const opened = Date.now();
    cluster = await open({ users: 12, clockShifts: [30 * second, -30 * second] });
    const { servers, clients, usernames } = cluster;
    expect(await errorOfClock(cluster, 0, opened)).toBeGreaterThan(29 * second);
    expect(await errorOfClock(cluster, 1, Date.now())).toBeLessThan(-29 * second);
    const [client] = clients;
    const login = async (first: 0 | 1, username: string): Promise<number> => {
      const answer = await untilAnswered(() => servers[first].login(client.production, username));
      expect(answer.status).toBe(200);
      return claimsOf(answer.body.access_token)['iat'] * second;
    };
    const begun = Date.now();
    await inLanes(4, [...usernames.entries()], async ([index, username]) => {
      const before = Date.now();
      const issuedAt = await login(index % 2 === 0 ? 0 : 1, username);
      expect(Math.abs(issuedAt - before)).toBeLessThan(3 * second);
    });
    const firsts = await registrationsOf(cluster, client);
    const ended = Date.now();
    await inLanes(4, [...usernames.entries()], async ([index, username]) => {
      await login(index % 2 === 0 ? 1 : 0, username);
    });
    const again = await registrationsOf(cluster, client);
    expect(again.map(({ firstTokenAt }) => firstTokenAt)).toEqual(firsts.map(({ firstTokenAt }) => firstTokenAt));
    for (const { user, firstTokenAt, lastTokenAt } of again) {
      const [first, last] = [Date.parse(firstTokenAt), Date.parse(lastTokenAt)];
      expect(first).toBeGreaterThanOrEqual(Date.parse(user.createdAt));
      expect([first > begun - second, first < ended + second, last > first]).toEqual([true, true, true]);
    }
    for (const server of servers) {
      const figures = await figuresOf(server, client);
      expect(sameFigures(figures)).toEqual(Array(8).fill(12));
      expect(Math.abs(Date.parse(figures.asOf) - Date.now())).toBeLessThan(3 * second);
      expect(await csvOf(server, client)).toEqual({ newUsers: 12, totalUsers: 12 });
      expect(await verified(server)).toEqual({ differences: [] });
    }
  }, 60_000);
};

for (const { name, open } of eachCluster) {
  if (name === 'MongoDB') describe(`two servers on ${name}`, () => describeTwoServers(open));
}

describe.each(eachCluster)('a server on $name', ({ name, open }) => {
  it('that starts again with a clock that was set back moves no first instant and still counts everybody (S9)', async () => {
    cluster = await open({ users: 6, clockShifts: [30 * second, 30 * second] });
    const { clients, usernames } = cluster;
    const [client] = clients;
    const loginAll = async (index: 0 | 1, names: readonly string[]): Promise<void> => {
      const { servers } = cluster!;
      for (const username of names) {
        expect((await untilAnswered(() => servers[index].login(client.production, username))).status).toBe(200);
      }
    };
    await loginAll(0, usernames.slice(0, 4));
    const firsts = await registrationsOf(cluster, client);
    cluster = await cluster.restarted({ clockShifts: [-30 * second, -30 * second] });
    expect(sameFigures(await figuresOf(cluster.servers[0], client))).toEqual(Array(8).fill(4));
    await loginAll(1, usernames);
    const again = await registrationsOf(cluster, client);
    for (const { user, firstTokenAt } of firsts) {
      expect(again).toContainEqual(expect.objectContaining({ user, firstTokenAt }));
    }
    for (const server of cluster.servers) {
      expect(sameFigures(await figuresOf(server, client))).toEqual(Array(8).fill(6));
      expect(await csvOf(server, client)).toEqual({ newUsers: 6, totalUsers: 6 });
      expect(await verified(server)).toEqual({ differences: [] });
    }
    if (name === 'SQLite') expect(Date.parse(firsts[0]!.firstTokenAt)).toBeGreaterThan(Date.now());
  }, 60_000);

  it('that starts under another TZ gives the same answers', async () => {
    cluster = await open({ users: 60, timeZone: 'Asia/Kathmandu' });
    const { clients, usernames } = cluster;
    const [{ applicationId }] = clients;
    const rows = usernames.map((username, index) => ({
      ...{ applicationId, username, environment: index % 3 === 0 ? 'SANDBOX' : 'PRODUCTION' },
      firstTokenAt: new Date(Date.UTC(2025, 2, 30) + index * index * 9_876_543).toISOString(),
    }));
    const mutation =
      'mutation($rows: [ImportRegistrationRow!]!) { importRegistrations(input: { rows: $rows }) { created } }';
    expect(await cluster.servers[0].graphql(mutation, { rows })).toEqual({ importRegistrations: { created: 60 } });
    const inKathmandu = await answersOf(cluster, clients[0]);
    expect(inKathmandu.join('')).toContain('"newUsers":');
    cluster = await cluster.restarted({ timeZone: 'UTC' });
    expect(await answersOf(cluster, clients[0])).toEqual(inKathmandu);
    cluster = await cluster.restarted({ timeZone: 'America/St_Johns' });
    expect(await answersOf(cluster, clients[0])).toEqual(inKathmandu);
  }, 60_000);
});

/** Every figure of closed periods by every interval and in zones of all kinds, as the server writes it. */
const answersOf = async ({ servers }: Cluster, { applicationId }: Client): Promise<readonly string[]> => {
  const answers: string[] = [];
  for (const timeZone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe']) {
    for (const interval of ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']) {
      const period = { from: '2025-03-01T00:00:00Z', to: '2025-11-15T00:00:00+05:45', interval, timeZone };
      const { text } = await servers[1].operation(
        `query($id: ID!, $period: PeriodInput!) {
          application(id: $id) { registeredUsers {
            series(period: $period) { start end date newUsers totalUsers complete } comparison(period: $period) { current previous }
          } }
          registeredUsers(period: $period, applicationIds: [$id]) { start date newUsers totalUsers }
        }`,
        { id: applicationId, period },
      );
      const query = new URLSearchParams({ applicationIds: applicationId, ...period }).toString();
      answers.push(text, (await servers[0].get(`/statistics/registered-users.csv?${query}`)).text);
    }
  }
  return answers;
};
