import { afterAll, describe, expect, it, test } from '@jest/globals';
import { getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { sensitiveMutations } from '../../src/graphql/operation-limits.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';
import { startTestServer } from '../support/server.js';

const server = await startTestServer();
const token = await server.adminToken();
afterAll(() => server.close());

const ask = (query: string, variables = {}) => server.graphql(query, variables, token);

const repeated = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const nested = (depth: number, around: string, inside: string): string =>
  `${around} { `.repeat(depth) + inside + ' }'.repeat(depth);

const fieldFragment =
  'fragment F on __Field { name description args { name defaultValue type { ...T } } type { ...T } } fragment T on __Type { kind name ofType { kind name ofType { kind name } } }';

describe('what is too much', () => {
  test.each([
    ['tokens', `{ ${'__typename '.repeat(3000)} }`],
    ['lines', `${'\n'.repeat(2000)}{ viewer { clientId } }`],
    ['lines of an error', `${'#\r'.repeat(20_000)}{ viewer(${'a: 1 '.repeat(300)}) { clientId } }`],
    [
      'nesting',
      `{ applications { nodes { grants { nodes { user { registrations { application { grants { nodes { id } } } } } } } } } }`,
    ],
    [
      'root fields',
      `{ ${repeated(11, (index) => `... { viewer { clientId } } ...F${index}`)} } ${repeated(11, (index) => `fragment F${index} on Query { __typename }`)}`,
    ],
    ['aliases', `{ viewer { ${repeated(11, (index) => `a${index}: clientId`)} } }`],
    [
      'aliases in fragments',
      `{ viewer { ...F } } fragment F on Viewer { ${repeated(11, (index) => `a${index}: clientId`)} }`,
    ],
    ['directives', `{ viewer { ${repeated(11, () => 'clientId @include(if: true)')} } }`],
    ['lists in lists', '{ users(first: 100) { nodes { grants(first: 100) { nodes { id } } } } }'],
    [
      'lists in lists by edges',
      '{ users(first: 100) { edges { node { grants(first: 100) { edges { node { id } } } } } } }',
    ],
    [
      'buckets for each application',
      '{ applications(first: 100) { nodes { registeredUsers { series(period: { from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" }) { newUsers } } } } }',
    ],
    [
      'rows',
      `{ registeredUsers(applicationIds: [${repeated(20, (index) => `"app_${index}"`)}], period: { from: "2024-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { newUsers } }`,
    ],
    [
      'the schema over and over',
      `{ __schema { types { ${repeated(9, (index) => `a${index}: fields { ...F }`)} } } } ${fieldFragment}`,
    ],
    [
      'lists in lists of the schema',
      `{ __schema { types { ${repeated(9, (index) => `a${index}: fields { type { fields { ...F } ofType { fields { ...F } } } }`)} } } } ${fieldFragment}`,
    ],
    ['two recounts', '{ a: verifyStatistics { asOf } b: verifyStatistics { asOf } }'],
    [
      'secrets at once',
      'mutation { generateKeys(input: { applicationId: "a" }) { clientSecret } rotateClientSecret(input: { clientId: "b" }) { clientSecret } }',
    ],
    [
      'passwords at once',
      `mutation { ${repeated(2, (index) => `u${index}: createUser(input: { username: "u${index}", password: "correct horse" }) { user { id } }`)} }`,
    ],
    [
      'selections by fragments',
      `{ ...F0 } ${repeated(40, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F40 on Query { __typename }`,
    ],
  ])('%s', async (_what, query) => {
    const answer = await ask(query);
    expect(answer.body.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
    expect(answer.status).toBe(400);
  });

  it('is also known by variables', async () => {
    const query = 'query ($n: Int) { users(first: $n) { nodes { grants(first: $n) { nodes { id } } } } }';
    expect((await ask(query, { n: 5 })).status).toBe(200);
    expect((await ask(query, { n: 50 })).body.errors[0].extensions.code).toBe('QUERY_TOO_COMPLEX');
  });

  it('is also introspection that goes in circles', async () => {
    const answer = await ask(
      `{ __schema { ${nested(5, 'types { fields { type', 'name').replaceAll('type {', 'type {')} } } } } } } } } } } } }`,
    );
    expect(answer.status).toBe(400);
  });
});

it('allows one at a time of all mutations that take a password or answer a secret', () => {
  const mutations = Object.values(buildManagementSchema().getMutationType()?.getFields() ?? {});
  const namesIn = (type: unknown): readonly string[] =>
    isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];
  const isSensitive = ({ type, args }: (typeof mutations)[number]): boolean =>
    args.some((arg) => namesIn(getNamedType(arg.type)).some((name) => /password/i.test(name))) ||
    namesIn(getNamedType(type)).some((name) => /(?:secret|token|password|privatekey)s?$/i.test(name));
  const found = mutations.filter(isSensitive).map(({ name }) => name);
  expect(found.sort()).toEqual([...sensitiveMutations].sort());
});

describe('what people really ask', () => {
  const year = '{ from: "2025-06-01T00:00:00Z", to: "2026-06-01T00:00:00Z" }';
  test.each([
    '{ applications(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { id name description enabled labels { key value } keys { clientId environment enabled grantTypes scopes lastTokenAt secrets { hint expiresAt lastUsedAt } } } } }',
    '{ applications(first: 100) { nodes { id name registeredUsers { total } } } }',
    '{ applications(first: 100) { nodes { name production: registeredUsers(environment: PRODUCTION) { total } sandbox: registeredUsers(environment: SANDBOX) { total } } } }',
    '{ applications(first: 20) { edges { node { registeredUsers { users(first: 20) { edges { node { user { username } } } } } } } } }',
    '{ users(first: 100) { nodes { username email enabled registrations { application { name } environment firstTokenAt } } } }',
    '{ user(username: "ada") { grants(first: 100) { nodes { id grantType application { name } user { username } expiresAt revokedAt } } } }',
    `{ application(name: "Sample application") { name registeredUsers { definition asOf total series(period: ${year}) { start end date newUsers totalUsers erasedUsers complete } comparison(period: ${year}) { current previous change changePercent } } activeUsers { daily weekly monthly } issuedTokens(period: ${year}) { date grantType issued refused } } }`,
    '{ application(name: "Sample application") { registeredUsers { series(period: { from: "2026-01-01T00:00:00Z", to: "2026-02-11T16:00:00Z", interval: HOUR }) { date newUsers } } activeUsers { series(period: { from: "2026-01-01T00:00:00Z", to: "2026-01-08T00:00:00Z", interval: HOUR }) { activeUsers } } } }',
    '{ auditEvents(first: 100) { nodes { id at actor action outcome target requestId remoteAddress changes } } }',
  ])('is not: %s', async (query) => {
    const answer = await ask(query);
    expect(answer.body.errors).toBeUndefined();
  });

  it.each([
    ['the usual introspection', {}],
    [
      'introspection with all that there is',
      {
        ...{ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
        ...{ inputValueDeprecation: true, oneOf: true },
      },
    ],
  ])('is not %s', async (_what, options) => {
    const { getIntrospectionQuery } = await import('graphql');
    const answer = await ask(getIntrospectionQuery(options));
    expect(answer.body.errors).toBeUndefined();
    expect(answer.status).toBe(200);
  });
});

it.each([
  [
    'its rows',
    'mutation ($given: [ImportRegistrationRow!]!) { importRegistrations(input: { rows: $given }) { created } }',
  ],
  ['its input', 'mutation ($given: ImportRegistrationsInput!) { importRegistrations(input: $given) { created } }'],
])('refuses an import by the number of its rows before it looks at one: a variable is %s', async (what, query) => {
  const rows = Array.from({ length: 1001 }, () => ({ username: 7 }));
  const { body } = await ask(query, { given: what === 'its rows' ? rows : { rows } });
  expect(body.errors).toMatchObject([
    { message: 'Give 1 to 1000 rows.', extensions: { code: 'BAD_USER_INPUT', field: 'rows' } },
  ]);
});
