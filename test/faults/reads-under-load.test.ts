import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { eachCluster, type Cluster, type Server } from './cluster.js';
import { csvOf, figuresOf, metricOf, sameFigures, verified } from './figures.js';
import { inLanes, untilAnswered } from './retrying.js';

beforeAll(() => builtProgram(), buildMillis);

/** An earlier try, whose answer was 503, has deleted him. */
const expectGone = (error: unknown): void => expect(String(error)).toContain('NOT_FOUND');

describe.each(eachCluster)('while users log in on $name', ({ open }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await open({ users: 80 });
  }, 60_000);
  afterAll(() => cluster.close());

  const login = async (username: string, index: number): Promise<number> => {
    const { servers, clients } = cluster;
    const credentials = index % 2 === 0 ? clients[0].production : clients[0].sandbox;
    const answer = await untilAnswered(() => servers[index % 4 < 2 ? 0 : 1].login(credentials, username));
    return answer.status;
  };

  /** Reads again and again until the work is done; how often. */
  const readingDuring = async (work: Promise<unknown>, read: (server: Server) => Promise<void>): Promise<number> => {
    const working = { over: false };
    const done = work.finally(() => {
      working.over = true;
    });
    const readings = cluster.servers.map(async (server) => {
      let count = 0;
      for (; !working.over; count += 1) await read(server);
      return count;
    });
    const [counts] = await Promise.all([Promise.all(readings), done]);
    return counts.reduce((sum, count) => sum + count, 0);
  };

  it('whoever got a token is counted by every server at once, and all figures of one operation agree (S5)', async () => {
    const { clients, usernames } = cluster;
    const begun = new Set<string>();
    const delivered = new Set<string>();
    const logins = inLanes(6, [...usernames.entries()], async ([index, username]) => {
      begun.add(username);
      expect(await login(username, index)).toBe(200);
      delivered.add(username);
    });
    const readings = await readingDuring(logins, async (server) => {
      const atLeast = delivered.size;
      const figures = await figuresOf(server, clients[0]);
      expect(sameFigures(figures)).toEqual(Array(8).fill(figures.total));
      expect(figures.production + figures.sandbox).toBe(figures.total);
      const csv = await csvOf(server, clients[0]);
      expect(csv.newUsers).toBe(csv.totalUsers);
      const inOrder = [atLeast, figures.total, csv.totalUsers, await metricOf(server, clients[0]), begun.size];
      expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    });
    expect(readings).toBeGreaterThan(4);
    expect(delivered.size).toBe(80);
  }, 120_000);

  it('all figures of one operation agree while other users are deleted, too', async () => {
    const { servers, clients, usernames } = cluster;
    const deleted = usernames.slice(0, 20);
    const deletions = inLanes(2, [...deleted.entries()], async ([index, username]) => {
      const server = servers[index % 2 === 0 ? 1 : 0];
      const { user } = await server.graphql('query($name: String!) { user(username: $name) { id } }', {
        name: username,
      });
      await server
        .graphql('mutation($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id: user.id })
        .catch(expectGone);
    });
    const logins = inLanes(4, [...usernames.entries()].slice(20), async ([index, username]) => {
      expect(await login(username, index + 1)).toBe(200); // in the other environment
    });
    const readings = await readingDuring(Promise.all([deletions, logins]), async (server) => {
      const figures = await figuresOf(server, clients[0]);
      expect(sameFigures(figures)).toEqual(Array(8).fill(figures.total));
      expect(figures.total + figures.erased).toBe(80);
      const csv = await csvOf(server, clients[0]);
      expect(csv.newUsers).toBe(csv.totalUsers);
    });
    expect(readings).toBeGreaterThan(4);
    for (const server of servers) {
      expect(await figuresOf(server, clients[0])).toMatchObject({ total: 60, erased: 20, production: 60, sandbox: 60 });
      expect(await verified(server)).toEqual({ differences: [] });
    }
  }, 120_000);
});
