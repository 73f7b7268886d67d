import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { createApplication } from '../../src/applications/create-application.js';
import { systemActor } from '../../src/start/system-actor.js';
import { createUser } from '../../src/users/create-user.js';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';

const server = await startTestServer();
const fixtures = fixturesOf(server);
const token = await server.adminToken();
afterAll(() => server.close());

const ask = (query: string, variables = {}) => server.graphql(query, variables, token);

interface Walk {
  /** With the variables $first and $after. */
  readonly query: string;
  /** The connection in `data`. */
  readonly at: readonly string[];
  readonly first: number;
  readonly variables?: object;
  /** Between two pages. */
  readonly meanwhile?: () => Promise<unknown>;
}

const walk = async ({ query, at, first, variables, meanwhile }: Walk): Promise<readonly string[]> => {
  const keys: string[] = [];
  let after: string | null = null;
  do {
    const { body } = await ask(query, { ...variables, first, after });
    const page = at.reduce((value, name) => value[name], body.data);
    expect(page.edges.map(({ node }: { node: object }) => node)).toEqual(page.nodes);
    expect(page.edges.at(-1)?.cursor ?? null).toBe(page.pageInfo.endCursor);
    expect(page.edges.at(0)?.cursor ?? null).toBe(page.pageInfo.startCursor);
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    keys.push(...page.nodes.map(keyOf));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    await meanwhile?.();
  } while (after !== null);
  return keys;
};

const keyOf = ({ id, user }: { readonly id?: string; readonly user?: { readonly id: string } }): string =>
  id ?? user?.id ?? '';

const page = (key: string) =>
  `{ edges { cursor node { ${key} } } nodes { ${key} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
const head = 'query ($first: Int, $after: String';

const { applicationId, userId } = server.sample;
const lists = {
  applications: {
    query: `${head}) { applications(first: $first, after: $after) ${page('id')} }`,
    at: ['applications'],
  },
  users: { query: `${head}) { users(first: $first, after: $after) ${page('id')} }`, at: ['users'] },
  auditEvents: { query: `${head}) { auditEvents(first: $first, after: $after) ${page('id')} }`, at: ['auditEvents'] },
  'Application.grants': {
    query: `${head}, $id: ID) { application(id: $id) { grants(first: $first, after: $after) ${page('id')} } }`,
    at: ['application', 'grants'],
    variables: { id: applicationId },
  },
  'User.grants': {
    query: `${head}, $id: ID) { user(id: $id) { grants(first: $first, after: $after) ${page('id')} } }`,
    at: ['user', 'grants'],
    variables: { id: userId },
  },
  'RegisteredUsers.users': {
    query: `${head}, $id: ID) { application(id: $id) { registeredUsers { users(first: $first, after: $after) ${page('user { id }')} } } }`,
    at: ['application', 'registeredUsers', 'users'],
    variables: { id: applicationId },
  },
};

const families = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await fixtures.family();
};

/** Registers users at the same and at different instants. */
const registered = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const { id } = await fixtures.user();
    if (index % 2 === 0) server.clock.advance(1);
    await server.store.registrations.record({
      applicationId,
      environment: 'PRODUCTION',
      userId: id,
      at: server.clock.now(),
    });
  }
  server.clock.advance(1);
};

beforeAll(async () => {
  await families(2);
  await registered(2);
});

describe.each(Object.entries(lists))('%s', (name, list) => {
  it('is walked with any page size, each item once', async () => {
    if (name.endsWith('grants')) await families(5);
    else if (name.startsWith('Registered')) await registered(7);
    else for (let index = 0; index < 7; index += 1) await (name === 'users' ? fixtures.user() : fixtures.application());
    const whole = await walk({ ...list, first: 100 });
    expect(whole.length).toBeGreaterThanOrEqual(5);
    expect(new Set(whole).size).toBe(whole.length);
    for (const first of [1, 2, 3, whole.length]) expect(await walk({ ...list, first })).toEqual(whole);
  });

  it('is walked to its end while items are added, and what was there appears once', async () => {
    const before = await walk({ ...list, first: 100 });
    let added = 0;
    const meanwhile = async (): Promise<void> => {
      if (added === 6) return;
      added += 1;
      server.clock.advance(1);
      if (name.endsWith('grants')) await fixtures.family();
      else if (name.startsWith('Registered')) await registered(1);
      else await (name === 'users' ? fixtures.user() : fixtures.application());
    };
    const seen = await walk({ ...list, first: 2, meanwhile });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((key) => before.includes(key))).toEqual(before);
  });

  test.each([0, -1, 101, 2_147_483_647])('refuses a page of %i', async (first) => {
    const answer = await ask(list.query, { ...('variables' in list ? list.variables : {}), first });
    expect(answer.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }]);
  });

  it('takes no cursor of another list, and none that was altered', async () => {
    const cursorOf = async (other: keyof typeof lists): Promise<string> => {
      const from = lists[other];
      const { body } = await ask(from.query, { ...('variables' in from ? from.variables : {}), first: 1 });
      return from.at.reduce((value, step) => value[step], body.data).pageInfo.endCursor;
    };
    const own = await cursorOf(name as keyof typeof lists);
    const others = (Object.keys(lists) as (keyof typeof lists)[]).filter((other) => other !== name);
    const altered = `${Buffer.from('[0,"a"]').toString('base64url')}${own.slice(own.indexOf('.'))}`;
    const spelled = [
      ` ${own}`,
      `${own}\n`,
      own.replace('.', '=.'),
      own.replace('.', ' .'),
      `${own.slice(0, 5)}\t${own.slice(5)}`,
    ];
    const wrong = [altered, `x${own}`, own.slice(0, -1), 'x', '', ...spelled];
    const foreign = [...wrong, ...(await Promise.all(others.map(cursorOf)))];
    for (const after of foreign) {
      const answer = await ask(list.query, { ...('variables' in list ? list.variables : {}), first: 1, after });
      expect(answer.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
    }
  });
});

describe('a cursor belongs to its filters', () => {
  test.each([
    ['applications', '(first: 1, enabled: true)', '(first: 1, after: $after)'],
    ['applications', '(first: 1, nameContains: "a")', '(first: 1, nameContains: "app", after: $after)'],
    ['applications', '(first: 1)', '(first: 1, label: { key: "a", value: "b" }, after: $after)'],
    ['users', '(first: 1, usernameStartsWith: "a")', '(first: 1, usernameStartsWith: "b", after: $after)'],
    ['auditEvents', '(first: 1, outcome: "ok")', '(first: 1, action: "createUser", after: $after)'],
  ])('%s%s is not %s%s', async (list, one, other) => {
    const { body } = await ask(`{ ${list}${one} { pageInfo { endCursor } } }`);
    const after = body.data[list].pageInfo.endCursor;
    const answer = await ask(`query ($after: String) { ${list}${other} { pageInfo { endCursor } } }`, { after });
    expect(answer.body.errors).toMatchObject([{ extensions: { field: 'after' } }]);
    const same = await ask(
      `query ($after: String) { ${list}${one.replace(')', ', after: $after)')} { nodes { id } } }`,
      { after },
    );
    expect(same.body.errors).toBeUndefined();
  });

  it('and to whose figures it walks', async () => {
    await registered(2);
    const query = (environment: string) =>
      `query ($id: ID, $after: String) { application(id: $id) { registeredUsers${environment} { users(first: 1, after: $after) { pageInfo { endCursor } } } } }`;
    const whole = await ask(query(''), { id: applicationId });
    const after = whole.body.data.application.registeredUsers.users.pageInfo.endCursor;
    const part = await ask(query('(environment: PRODUCTION)'), { id: applicationId, after });
    expect(part.body.errors).toMatchObject([{ extensions: { field: 'after' } }]);
  });
});

describe('filters', () => {
  it('find applications by part of the name, state and label', async () => {
    const create = async (name: string, labels: object[]) =>
      ask('mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }', {
        input: { name, labels },
      });
    await create('Straße 7', [{ key: 'team', value: 'blue' }]);
    await create('Weg 7', [{ key: 'team', value: 'red' }]);
    const names = async (filter: string) => {
      const { body } = await ask(`{ applications(${filter}) { totalCount nodes { name } } }`);
      expect(body.data.applications.totalCount).toBe(body.data.applications.nodes.length);
      return body.data.applications.nodes.map(({ name }: { name: string }) => name);
    };
    expect(await names('nameContains: "STRASSE"')).toEqual(['Straße 7']);
    expect(await names('nameContains: "sTRAßE"')).toEqual(['Straße 7']);
    expect(await names('nameContains: "%"')).toEqual([]);
    expect(await names('nameContains: "_"')).toEqual([]);
    expect(await names('label: { key: "team", value: "red" }')).toEqual(['Weg 7']);
    expect(await names('enabled: false')).toEqual([]);
  });

  it('find users by the beginning of the name, whatever the capitals', async () => {
    await createUser(server.oauth, systemActor, { username: 'Émile' });
    const { body } = await ask('{ users(usernameStartsWith: "ÉM") { nodes { username } } }');
    expect(body.data.users.nodes).toEqual([{ username: 'émile' }]);
  });

  it('find names by a part that ends in a capital sigma, whatever follows it', async () => {
    await createApplication(server.oauth, systemActor, { name: 'Οδοσήμανση' });
    await createApplication(server.oauth, systemActor, { name: 'Μεγάλη οδός' });
    const { body } = await ask(
      '{ open: applications(nameContains: "ΟΔΟΣ") { nodes { name } } accented: applications(nameContains: "οδόσ") { nodes { name } } }',
    );
    expect(body.data).toEqual({
      open: { nodes: [{ name: 'Οδοσήμανση' }] },
      accented: { nodes: [{ name: 'Μεγάλη οδός' }] },
    });
    for (const username of ['οδοσημα', 'οδος', 'οδοτ']) await createUser(server.oauth, systemActor, { username });
    const users = await ask('{ users(usernameStartsWith: "ΟΔΟΣ") { nodes { username } } }');
    expect(users.body.data.users.nodes.map(({ username }: any) => username).sort()).toEqual(['οδος', 'οδοσημα']);
  });
});
