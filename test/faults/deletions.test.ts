import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, type Answer } from '../support/server-process.js';
import { addClient, eachCluster, type Client, type Cluster } from './cluster.js';
import { csvOf, figuresIfThere, figuresOf, sameFigures, verified } from './figures.js';
import { inLanes, untilAnswered } from './retrying.js';

beforeAll(() => builtProgram(), buildMillis);

describe.each(eachCluster)('deletions on $name', ({ open }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await open({ users: 150 });
  }, 60_000);
  afterAll(() => cluster.close());

  const run = (index: number, query: string, variables: object): Promise<any> =>
    cluster.servers[index % 2 === 0 ? 0 : 1].graphql(query, { ...variables });

  const isActive = async ({ production }: Client, token: string): Promise<boolean> => {
    const { body } = await ask(`${cluster.servers[1].url}/introspect`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(production).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token }).toString(),
    });
    return body.active;
  };

  it('of users beside their logins leave nothing of them, and the name makes a new user (S7)', async () => {
    const { servers, clients, usernames } = cluster;
    const [client] = clients;
    const names = usernames.slice(0, 10);
    const answers: Answer[] = [];
    await inLanes(2, [...names.entries()], async ([round, name]) => {
      const { user } = await run(round, 'query($name: String!) { user(username: $name) { id } }', { name });
      const login = async (index: number): Promise<void> => {
        const answer = await untilAnswered(() => servers[index % 2 === 0 ? 0 : 1].login(client.production, name));
        if (answer.status === 200) answers.push(answer);
        else expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      };
      const erase = async (): Promise<void> => {
        if (round % 2 === 0) await login(round);
        await run(round + 1, 'mutation($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id: user.id });
      };
      await Promise.all([erase(), ...[0, 1, 2, 3].map(login)]);
    });
    expect(answers.length).toBeGreaterThan(4);
    for (const { body } of answers) expect(await isActive(client, body.access_token)).toBe(false);
    for (const server of servers) expect(sameFigures(await figuresOf(server, client))).toEqual(Array(8).fill(0));

    const password = 'another password';
    const create = 'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const made = await run(0, create, { input: { username: names[0], password } });
    const form = new URLSearchParams({ grant_type: 'password', username: names[0] ?? '', password }).toString();
    const headers = {
      authorization: `Basic ${Buffer.from(client.production).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect(
      await untilAnswered(() => ask(`${servers[1].url}/token`, { method: 'POST', headers, body: form })),
    ).toMatchObject({ status: 200 });
    for (const server of servers) {
      expect(await figuresOf(server, client)).toMatchObject({ total: 1, userIds: [made.createUser.user.id] });
      expect(await verified(server)).toEqual({ differences: [] });
    }
  }, 120_000);

  it('of applications take all figures away at once, leave those of others and give nothing to the next of the name (S8)', async () => {
    const { servers, clients, usernames } = cluster;
    const [, , kept] = clients;
    const doomed = await addClient(servers[0], 'Doomed');
    const importInto = async ({ applicationId }: Client): Promise<void> => {
      const rows = usernames.slice(10).map((username, index) => ({
        ...{ applicationId, username, environment: index % 2 === 0 ? 'PRODUCTION' : 'SANDBOX' },
        firstTokenAt: new Date(Date.now() - index * 60_000).toISOString(),
      }));
      const mutation = `mutation($rows: [ImportRegistrationRow!]!) {
        importRegistrations(input: { rows: $rows }) { created failed { code } }
      }`;
      expect(await run(0, mutation, { rows })).toEqual({ importRegistrations: { created: 140, failed: [] } });
    };
    await importInto(doomed);
    await importInto(kept);
    const deleting = { over: false };
    const readings = servers.map(async (server) => {
      const seen = { there: 0, gone: 0 };
      while (!deleting.over || seen.gone === 0) {
        const figures = await figuresIfThere(server, doomed);
        if (figures === undefined) seen.gone += 1;
        else {
          seen.there += 1;
          expect([...sameFigures(figures).slice(0, 2), ...sameFigures(figures).slice(3)]).toEqual(Array(7).fill(140));
          expect([figures.production, figures.sandbox]).toEqual([70, 70]);
          expect(seen.gone).toBe(0);
        }
      }
      return seen;
    });
    const deletion = 'mutation($id: ID!) { deleteApplication(input: { id: $id }) { deletedId } }';
    const deleted = run(1, deletion, { id: doomed.applicationId }).finally(() => {
      deleting.over = true;
    });
    const [seen] = await Promise.all([Promise.all(readings), deleted]);
    expect(seen.map(({ gone }) => gone > 0)).toEqual(servers.map(() => true));
    const next = await addClient(servers[1], 'Doomed');
    for (const server of servers) {
      expect(sameFigures(await figuresOf(server, next))).toEqual(Array(8).fill(0));
      expect(await figuresOf(server, kept)).toMatchObject({ total: 140, production: 70, sandbox: 70 });
      expect(await csvOf(server, kept)).toEqual({ newUsers: 140, totalUsers: 140 });
      expect(await verified(server)).toEqual({ differences: [] });
    }
    const names = await run(0, '{ users(first: 100) { nodes { registrations { application { name } } } } }', {});
    const registrations = names.users.nodes.flatMap(
      ({ registrations }: { readonly registrations: unknown[] }) => registrations,
    );
    expect(registrations).not.toContainEqual({ application: { name: 'Doomed' } });
  }, 120_000);
});
