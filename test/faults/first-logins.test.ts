import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { askForToken, type Answer } from '../support/server-process.js';
import { eachCluster, type Cluster } from './cluster.js';
import { figuresOf, sameFigures, verified } from './figures.js';
import { untilAnswered } from './retrying.js';

beforeAll(() => builtProgram(), buildMillis);

const many = <T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

const statuses = (answers: readonly Answer[]): Readonly<Record<number, number>> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe.each(eachCluster)('two servers on $name', ({ open }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await open({ users: 4 });
  }, 60_000);
  afterAll(() => cluster.close());

  it('count one user once whose 64 first logins arrive together (S1)', async () => {
    const { servers, clients, usernames } = cluster;
    const answers = await many(64, (index) =>
      untilAnswered(() => servers[index % 2 === 0 ? 0 : 1].login(clients[0].production, usernames[0]!)),
    );
    expect(statuses(answers)).toEqual({ 200: 64 });
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(64);
    for (const server of servers) {
      const figures = await figuresOf(server, clients[0]);
      expect(sameFigures(figures)).toEqual(Array(8).fill(1));
      expect(figures).toMatchObject({ production: 1, sandbox: 0 });
    }
  }, 60_000);

  it('count one user once whose first logins arrive in both environments together', async () => {
    const { servers, clients, usernames } = cluster;
    const answers = await many(16, (index) =>
      untilAnswered(() =>
        servers[index % 2 === 0 ? 0 : 1].login(
          index % 4 < 2 ? clients[1].production : clients[1].sandbox,
          usernames[0]!,
        ),
      ),
    );
    expect(statuses(answers)).toEqual({ 200: 16 });
    const figures = await figuresOf(servers[1], clients[1]);
    expect(sameFigures(figures)).toEqual(Array(8).fill(1));
    expect(figures).toMatchObject({ production: 1, sandbox: 1 });
  }, 60_000);

  it('count one user once by whatever spelling of the name he logs in (S10)', async () => {
    const { servers, clients } = cluster;
    const spellings = ['user1', 'USER1', 'User1', 'ｕｓｅｒ１', 'ＵＳＥＲ１', 'uSeR１'];
    const answers = await many(12, (index) =>
      untilAnswered(() => servers[index % 2 === 0 ? 0 : 1].login(clients[2].production, spellings[index % 6]!)),
    );
    expect(statuses(answers)).toEqual({ 200: 12 });
    expect(sameFigures(await figuresOf(servers[0], clients[2]))).toEqual(Array(8).fill(1));
  }, 60_000);

  it('answer 200 identical client_credentials requests with 200 tokens (R13)', async () => {
    const { servers, clients } = cluster;
    const form = 'grant_type=client_credentials&scope=default';
    const answers = await many(200, (index) =>
      untilAnswered(() => askForToken(servers[index % 2 === 0 ? 0 : 1].url, clients[0].production, form)),
    );
    expect(statuses(answers)).toEqual({ 200: 200 });
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(200);
  }, 60_000);

  it('answer 200 identical password requests with tokens or Retry-After, and every one in the end (R13)', async () => {
    const { servers, clients, usernames } = cluster;
    const first: Answer[] = [];
    const answers = await many(200, (index) => {
      const server = servers[index % 2 === 0 ? 0 : 1];
      let isFirst = true;
      return untilAnswered(async () => {
        const answer = await server.login(clients[0].production, usernames[2]!);
        if (isFirst) first.push(answer);
        isFirst = false;
        return answer;
      });
    });
    expect(statuses(answers)).toEqual({ 200: 200 });
    expect(first.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual([]);
    for (const { headers } of first.filter(({ status }) => status === 503))
      expect(headers['retry-after']).toMatch(/^[123]$/);
    expect(await figuresOf(servers[0], clients[0])).toMatchObject({ total: 2 });
  }, 90_000);

  const createUser = {
    mutation: 'createUser',
    type: 'CreateUserInput',
    selection: 'user { id }',
    input: { username: 'Straße' },
  };
  const createApplication = {
    mutation: 'createApplication',
    type: 'CreateApplicationInput',
    selection: 'application { id }',
    input: { name: 'Same name' },
  };
  it.each([createUser, createApplication])(
    'let one of 64 parallel $mutation with one name succeed (R12)',
    async ({ mutation, type, selection, input }) => {
      const { servers } = cluster;
      const answers = await many(64, (index) =>
        untilAnswered(() =>
          servers[index % 2 === 0 ? 0 : 1].operation(
            `mutation($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`,
            { input },
          ),
        ),
      );
      const outcomes = answers.map(({ body }): string => body.errors?.[0]?.extensions?.code ?? 'created');
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(63);
    },
    60_000,
  );

  it('keep what a recount finds (S12)', async () => {
    for (const server of cluster.servers) expect(await verified(server)).toEqual({ differences: [] });
  });
});
