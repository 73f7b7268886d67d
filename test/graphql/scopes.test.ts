import { afterAll, describe, expect, it, test } from '@jest/globals';
import { buildSchema, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { describeNeeds } from '../../src/graphql/describe-needs.js';
import { requireFilterNeeds } from '../../src/graphql/filter-scopes.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';
import { startTestServer } from '../support/server.js';

const server = await startTestServer();
afterAll(() => server.close());

const period = '{ from: "2026-01-01T00:00:00Z", to: "2026-01-08T00:00:00Z" }';

const ask = async (document: string, scopes: readonly string[], variables = {}) =>
  server.graphql(document, variables, await server.adminToken(scopes));

describe('a token with statistics:read alone', () => {
  test.each([
    '{ application(name: "Sample application") { id name registeredUsers { definition asOf total } } }',
    '{ applications(nameContains: "sample", first: 1) { totalCount } }',
    '{ application(id: "app_x") { id } }',
    `{ applications { totalCount pageInfo { endCursor } edges { cursor node { id name } } } }`,
    `{ application(name: "Sample application") { registeredUsers { series(period: ${period}) { date newUsers } comparison(period: ${period}) { current change } } } }`,
    `{ application(name: "Sample application") { activeUsers { daily weekly monthly series(period: ${period}) { activeUsers } } } }`,
    `{ application(name: "Sample application") { issuedTokens(period: ${period}) { grantType issued refused } } }`,
    '{ application(clientId: "sample") { name } }',
    `{ registeredUsers(period: ${period}) { applicationName date totalUsers } }`,
    '{ verifyStatistics { differences { figure } } }',
    '{ viewer { scopes } server { version } __schema { queryType { name } } __type(name: "User") { name } __typename }',
  ])('can run %s', async (document) => {
    const answer = await ask(document, ['statistics:read']);
    expect(answer.body.errors).toBeUndefined();
    expect(answer.status).toBe(200);
  });

  test.each([
    {
      document: '{ applications { nodes { id description } } }',
      path: ['applications', 'nodes', 'description'],
      needed: 'applications:read',
    },
    {
      document: '{ applications { nodes { keys { clientId } } } }',
      path: ['applications', 'nodes', 'keys'],
      needed: 'applications:read',
    },
    {
      document: '{ applications { nodes { name registeredUsers { total users { totalCount } } } } }',
      path: ['applications', 'nodes', 'registeredUsers', 'users'],
      needed: 'statistics:read users:read',
    },
    {
      document: '{ applications(label: { key: "team", value: "blue" }) { totalCount } }',
      path: ['applications'],
      needed: 'applications:read',
    },
    { document: '{ all: applications(enabled: false) { totalCount } }', path: ['all'], needed: 'applications:read' },
    { document: '{ users { totalCount } }', path: ['users'], needed: 'users:read' },
    { document: '{ auditEvents { nodes { id } } }', path: ['auditEvents'], needed: 'audit:read' },
    { document: '{ node(id: "app_x") { id } }', path: ['node'], needed: 'applications:read audit:read users:read' },
    {
      document: 'mutation { deleteUser(input: { id: "usr_x" }) { deletedId } }',
      path: ['deleteUser'],
      needed: 'users:write',
    },
  ])('cannot run $document', async ({ document, path, needed }) => {
    const answer = await ask(document, ['statistics:read']);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="tallygate", error="insufficient_scope", scope="${needed}"`,
    );
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors[0]).toMatchObject({ path, extensions: { code: 'FORBIDDEN' } });
  });
});

describe('what an operation needs', () => {
  it('is also what a filter looks at', async () => {
    const grants = '{ application(name: "Sample application") { grants(userId: "usr_x") { nodes { id } } } }';
    const refused = await ask(grants, ['applications:read']);
    expect(refused).toMatchObject({ status: 403, body: { errors: [{ path: ['application', 'grants'] }] } });
    expect(refused.body.errors[0].message).toBe(
      'Your access token lacks a scope. The argument userId: Needs the scope users:read.',
    );
    expect(await ask(grants, ['applications:read', 'users:read'])).toMatchObject({ status: 200 });
  });

  it('is one error for each field, with its path by response keys', async () => {
    const document = '{ mine: users(first: 1) { nodes { name: username } } viewer { clientId } }';
    const answer = await ask(document, ['statistics:read']);
    expect(answer.body.errors.map(({ path }: { path: string[] }) => path)).toEqual([
      ['mine'],
      ['mine', 'nodes'],
      ['mine', 'nodes', 'name'],
    ]);
    expect(answer.body.errors[0].message).toBe('Your access token lacks a scope. Needs the scope users:read.');
  });

  test.each([
    ['a fragment', '{ ...F } fragment F on Query { users { totalCount } }'],
    ['a fragment in a fragment', '{ ...F } fragment F on Query { ...G } fragment G on Query { users { totalCount } }'],
    ['an inline fragment', '{ ... on Query { ... { users { totalCount } } } }'],
    ['a field that is skipped', '{ viewer { clientId } users @skip(if: true) { totalCount } }'],
    [
      'a field that is not included',
      'query ($no: Boolean = false) { users @include(if: $no) { totalCount } viewer { clientId } }',
    ],
    ['a fragment that is not included', '{ viewer { clientId } ... @include(if: false) { users { totalCount } } }'],
  ])('counts %s', async (_what, document) => {
    const answer = await ask(document, ['statistics:read']);
    expect(answer).toMatchObject({
      status: 403,
      body: { errors: [{ path: ['users'] }, { path: ['users', 'totalCount'] }] },
    });
  });

  it('is that of the operation that is executed', async () => {
    const query = 'query Mine { viewer { clientId } } query Theirs { users { totalCount } }';
    const token = await server.adminToken(['statistics:read']);
    const run = (operationName: string) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, operationName }),
      });
    expect((await run('Mine')).status).toBe(200);
    expect((await run('Theirs')).status).toBe(403);
  });

  it('looks at each type of a node by itself', async () => {
    const scopes = ['applications:read', 'users:read', 'audit:read'];
    const document = '{ node(id: "app_x") { id ... on User { username email } ... on AuditEvent { action } } }';
    expect(await ask(document, scopes)).toMatchObject({ status: 200, body: { data: { node: null } } });
    const withStatistics = '{ node(id: "app_x") { ... on Application { registeredUsers { total } } } }';
    expect(await ask(withStatistics, scopes)).toMatchObject({
      status: 403,
      body: { errors: [{ path: ['node', 'registeredUsers'] }, { path: ['node', 'registeredUsers', 'total'] }] },
    });
  });

  it.each([
    ['the object itself', 'id'],
    ['a fragment on its interface', '... on Node { id }'],
    ['a fragment on the object in one on its interface', '... on Node { ... on Application { id } }'],
    ['a named fragment on its interface', '...Named'],
  ])('is the same for a field of %s', async (_what, selection) => {
    const document = `{ user(id: "usr_x") { registrations { application { ${selection} } } } }`;
    const named = selection === '...Named' ? ' fragment Named on Node { id }' : '';
    expect(await ask(document + named, ['users:read'])).toMatchObject({
      status: 403,
      body: { errors: [{ path: ['user', 'registrations', 'application', 'id'] }] },
    });
  });

  it('shows whoever may write what names the thing, and no more', async () => {
    const create = (selection: string) =>
      ask(
        `mutation ($name: String!) { createApplication(input: { name: $name }) { application { ${selection} } } }`,
        ['applications:write'],
        {
          name: `For ${selection}`,
        },
      );
    expect(await create('id name version')).toMatchObject({ status: 200 });
    expect(await create('description')).toMatchObject({ status: 403 });
  });
});

it('lets the first administrator change every key set, its own too, with a token that it asked no scope for', async () => {
  const basic = ['management', 'secret-of-the-management-client'] as const;
  const { body } = await server.post('/token', { grant_type: 'client_credentials' }, { basic });
  const update = `mutation { updateKeys(input: { clientId: "management", accessTokenLifetimeSeconds: 600 }) { keys { scopes } } }`;
  const answer = await server.graphql(update, {}, body.access_token);
  expect(answer.body.data?.updateKeys.keys.scopes).toContain('introspect');
});

it('writes down a refused mutation once a minute for each client', async () => {
  const document =
    'mutation { a: rotateSigningKey(input: {}) { keyId } b: deleteUser(input: { id: "usr_x" }) { deletedId } }';
  const refusals = async () => {
    const { items } = await server.store.audit.page(
      { action: 'rotateSigningKey', outcome: 'FORBIDDEN' },
      { first: 10 },
    );
    return items;
  };
  const before = (await refusals()).length;
  await ask(document, ['statistics:read']);
  await ask(document, ['statistics:read']);
  expect(await refusals()).toHaveLength(before + 1);
  expect((await refusals())[0]).toMatchObject({ actor: 'management', requestId: expect.any(String) });
  server.clock.advance(60_000);
  await ask(document, ['statistics:read']);
  expect(await refusals()).toHaveLength(before + 2);
});

it('does not start with a field that the table does not cover', () => {
  const sdl = 'type Query { viewer: Viewer secrets: String } type Viewer { clientId: String } type Other { id: ID }';
  expect(() => describeNeeds(buildSchema(sdl))).toThrow(
    /not covered: Query\.secrets, Other\.id; not in the schema: Mutation,/,
  );
});

describe('an argument of a query', () => {
  const withArgument = (type: string, field: string, name: string): GraphQLSchema => {
    const schema = buildManagementSchema();
    const found = (schema.getType(type) as GraphQLObjectType).getFields()[field]!;
    found.args = [...found.args, { ...found.args[0]!, name }];
    return schema;
  };

  test.each([
    ['Query', 'users', 'emailEndsWith'],
    ['Application', 'grants', 'scope'],
    ['Query', 'user', 'email'],
  ])('stops the start where the table does not say what it looks at: %s.%s.%s', (type, field, name) => {
    expect(() => requireFilterNeeds(withArgument(type, field, name))).toThrow(
      `must say by which field each argument picks, or that it is open. Missing: ${type}.${field}.${name};`,
    );
  });

  it('needs no word of its own where it only turns pages, or tells a mutation what to do', () => {
    expect(() => requireFilterNeeds(withArgument('User', 'registrations', 'first'))).not.toThrow();
    expect(() => requireFilterNeeds(withArgument('Mutation', 'deleteUser', 'dryRun'))).not.toThrow();
  });

  it('stops the start where the table names one that is not there, or a field that is not', () => {
    const sdl = 'type Query { users(enabled: Boolean): [User] } type User { username: String }';
    expect(() => requireFilterNeeds(buildSchema(sdl))).toThrow(/not in the schema: .*Query\.users\.enabled, /);
  });
});
