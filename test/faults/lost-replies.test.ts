import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { askForToken } from '../support/server-process.js';
import { addClient, eachCluster, password, type Client, type Cluster } from './cluster.js';
import { csvOf, figuresOf, metricOf, sameFigures, verified, walk } from './figures.js';
import { fates, randomFrom, startLossyProxy, type LossyProxy } from './lossy-proxy.js';
import { inLanes, untilAnswered } from './retrying.js';

beforeAll(() => builtProgram(), buildMillis);

const environments = ['production', 'sandbox'] as const;

interface Attempt {
  readonly client: Client;
  readonly environment: (typeof environments)[number];
  readonly username: string;
}

describe.each(eachCluster)('clients that lose requests and replies on $name', ({ open }) => {
  let cluster: Cluster;
  let proxies: readonly LossyProxy[];
  beforeAll(async () => {
    cluster = await open({ users: 40 });
    proxies = await Promise.all(
      cluster.servers.map(({ url }, index) =>
        startLossyProxy({ host: '127.0.0.1', port: Number(new URL(url).port) }, fates(index, 30)),
      ),
    );
  }, 60_000);
  afterAll(async () => {
    for (const proxy of proxies) await proxy.close();
    await cluster.close();
  });

  const random = randomFrom(2);
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const tryLogin = ({ client, environment, username }: Attempt) =>
    askForToken(
      `http://127.0.0.1:${oneOf(proxies).port}`,
      client[environment],
      new URLSearchParams({ grant_type: 'password', username, password }).toString(),
    );

  it('leave every user counted once who got a token, and only users with a grant (S2)', async () => {
    const { servers, clients, usernames } = cluster;
    const attempts = Array.from({ length: 240 }, (): Attempt => {
      return { client: oneOf(clients), environment: oneOf(environments), username: oneOf(usernames) };
    });
    const keyOf = ({ client, username }: Attempt): string => `${client.name} ${username}`;
    const delivered = new Set<string>();
    const attempted = new Set(attempts.map(keyOf));
    const impatient = attempts.filter((_, index) => index % 3 === 0);
    await inLanes(12, impatient, async (attempt) => {
      const answer = await tryLogin(attempt).catch(() => undefined); // never asks again
      if (answer?.status === 200) delivered.add(keyOf(attempt));
    });
    for (const client of clients) {
      const counted = await countedNames(client);
      expect(counted.filter((name) => !attempted.has(`${client.name} ${name}`))).toEqual([]);
      expect(named(delivered, client).filter((name) => !counted.includes(name))).toEqual([]);
    }
    await inLanes(12, attempts, async (attempt) => {
      expect(await untilAnswered(() => tryLogin(attempt))).toMatchObject({ status: 200 });
      delivered.add(keyOf(attempt));
    });
    for (const client of clients) {
      const names = named(delivered, client);
      expect(await countedNames(client)).toEqual(names);
      for (const server of servers) {
        const figures = await figuresOf(server, client);
        expect(sameFigures(figures)).toEqual(Array(8).fill(names.length));
        expect(await csvOf(server, client)).toEqual({ newUsers: names.length, totalUsers: names.length });
        expect(await metricOf(server, client)).toBe(names.length);
        for (const environment of environments) {
          const own = attempts.filter((each) => each.client === client && each.environment === environment);
          expect(figures[environment]).toBe(new Set(own.map(({ username }) => username)).size);
        }
      }
    }
    expect(Math.min(...proxies.map((proxy) => proxy.losses()))).toBeGreaterThan(20);
    expect(await verified(servers[0])).toEqual({ differences: [] });
  }, 120_000);

  it('get one successor for each refresh token, however often they ask, and nothing else is counted (R6)', async () => {
    const { servers, usernames } = cluster;
    const client = await addClient(servers[0], 'Refreshed');
    const names = usernames.slice(0, 8);
    const refresh = (refreshToken: string) =>
      untilAnswered(() =>
        askForToken(
          `http://127.0.0.1:${oneOf(proxies).port}`,
          client.production,
          new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }).toString(),
        ),
      );
    cluster.loseMessages(5);
    await inLanes(4, names, async (username) => {
      const first = await untilAnswered(() => tryLogin({ client, environment: 'production', username }));
      let refreshToken: string = first.body.refresh_token;
      for (let generation = 1; generation <= 5; generation += 1) {
        const { status, body } = await refresh(refreshToken);
        expect(status).toBe(200);
        expect(body.refresh_token).toMatch(new RegExp(`^tgr_[^.]+\\.${generation}\\.`));
        refreshToken = body.refresh_token;
      }
      expect(await refresh(first.body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    });
    cluster.loseMessages(0);
    for (const server of servers) {
      expect(sameFigures(await figuresOf(server, client))).toEqual(Array(8).fill(names.length));
      expect(server.process.output()).not.toContain('"level":"error"');
    }
  }, 120_000);

  it('leave no user who was deleted meanwhile, also where the server and its store lose each other', async () => {
    const { servers, usernames } = cluster;
    const client = await addClient(servers[0], 'Deleted meanwhile');
    const users = await Promise.all(usernames.map((username) => idOf(username)));
    cluster.loseMessages(5);
    const deleted = users.filter((_, index) => index % 2 === 0);
    await Promise.all([
      inLanes(6, [...usernames, ...usernames], async (username) => {
        const answer = await untilAnswered(() => tryLogin({ client, environment: oneOf(environments), username }));
        expect([200, 400]).toContain(answer.status);
      }),
      inLanes(2, deleted, async (id) => {
        const mutation = 'mutation($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }';
        const { body } = await untilAnswered(() => oneOf(servers).operation(mutation, { id }));
        expect(body.errors?.[0]?.extensions?.code ?? 'NOT_FOUND').toBe('NOT_FOUND'); // it was carried out, the answer was lost
      }),
    ]);
    cluster.loseMessages(0);
    expect(cluster.lostMessages() ?? Infinity).toBeGreaterThan(10);
    for (const { process } of servers) expect(process.output()).not.toContain('"level":"error"');
    const left = users.filter((_, index) => index % 2 === 1);
    for (const server of servers) {
      const figures = await figuresOf(server, client);
      expect([...figures.userIds].sort()).toEqual([...left].sort());
      expect(sameFigures(figures)).toEqual(Array(8).fill(left.length));
      expect(await verified(server)).toEqual({ differences: [] });
    }
  }, 120_000);

  const idOf = async (username: string): Promise<string> => {
    const { user } = await cluster.servers[0].graphql(
      'query($username: String!) { user(username: $username) { id } }',
      { username },
    );
    return user.id;
  };

  const named = (keys: ReadonlySet<string>, { name }: Client): readonly string[] =>
    [...keys]
      .filter((key) => key.startsWith(`${name} `))
      .map((key) => key.slice(name.length + 1))
      .sort();

  /** Of the registered users, who all must have a grant. */
  const countedNames = async (client: Client): Promise<readonly string[]> => {
    const [server] = cluster.servers;
    const names: string[] = [];
    const ids = await walk(server, client);
    await inLanes(4, ids, async (id) => {
      const { user } = await server.graphql(
        'query($id: ID!, $applicationId: ID!) { user(id: $id) { username grants(applicationId: $applicationId) { nodes { grantType } } } }',
        { id, applicationId: client.applicationId },
      );
      expect(user.grants.nodes).toContainEqual({ grantType: 'PASSWORD' });
      names.push(user.username);
    });
    expect(new Set(ids).size).toBe(ids.length);
    return names.sort();
  };
});
