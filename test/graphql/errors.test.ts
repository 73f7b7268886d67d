import { afterAll, describe, expect, it, test } from '@jest/globals';
import { StoreUnavailable, type Store } from '../../src/store/port/store.js';
import { openTestStore } from '../support/test-store.js';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';

const opened = await openTestStore();
/** What the store does instead of what it is asked, by the name of the method. */
const faults = new Map<string, () => Promise<never>>();
const server = await startTestServer({ store: withFaults(opened.store) });
const token = await server.adminToken();

afterAll(async () => {
  await server.close();
  await opened.close();
});

/** The store, but for what is in `faults`. */
function withFaults(store: Store): Store {
  return new Proxy(store, {
    get: (of, part) => {
      const value: unknown = Reflect.get(of, part);
      if (typeof value === 'function') return faults.get(String(part)) ?? value.bind(of);
      if (typeof value !== 'object' || value === null) return value;
      return new Proxy(value, {
        get: (inner, name) => {
          const method: unknown = Reflect.get(inner, name);
          if (typeof method !== 'function') return method;
          return faults.get(`${String(part)}.${String(name)}`) ?? method.bind(inner);
        },
      });
    },
  });
}

const ask = (query: string, variables = {}) => server.graphql(query, variables, token);

const secret = 'hunter2-hunter2';
const app = 'application(name: "Sample application")';

describe('a value that does not fit names its field and what would fit, and is not repeated', () => {
  test.each([
    [`{ users(first: "${secret}") { totalCount } }`, {}, 'first', 'Give a whole number from 1 to 100.'],
    [`{ users(first: 3000000000) { totalCount } }`, {}, 'first', 'Give a whole number from 1 to 100.'],
    [
      'mutation ($input: UpdateKeysInput!) { updateKeys(input: $input) { keys { id } } }',
      { input: { clientId: 'sample', refreshTokenReuseWindowSeconds: 1.5 } },
      'refreshTokenReuseWindowSeconds',
      'Give a whole number from 0 to 300.',
    ],
    [`{ users(enabled: "${secret}") { totalCount } }`, {}, 'enabled', 'Give true or false.'],
    [`{ applications(label: "${secret}") { totalCount } }`, {}, 'label', 'Give an object of the type LabelInput.'],
    [`{ applications(label: { key: "a" }) { totalCount } }`, {}, 'label.value', 'This field is required.'],
    [
      `{ applications(label: { key: "a", value: "b", ${secret.replaceAll('-', '_')}: 1 }) { totalCount } }`,
      {},
      expect.stringContaining('label.'),
      'There is no such field in LabelInput; it has key, value.',
    ],
    [`{ applications(label: { key: "a", value: null }) { totalCount } }`, {}, 'label.value', 'Give a string.'],
    [
      `{ ${app} { keys(environment: ${secret.replaceAll('-', '_')}) { id } } }`,
      {},
      'environment',
      'Give one of PRODUCTION, SANDBOX.',
    ],
    [`{ ${app} { keys(environment: "PRODUCTION") { id } } }`, {}, 'environment', 'Give one of PRODUCTION, SANDBOX.'],
    [
      `{ registeredUsers(period: { from: "${secret}", to: "2026-01-01T00:00:00Z" }) { date } }`,
      {},
      'period.from',
      'Give an instant by RFC 3339',
    ],
    [
      `{ registeredUsers(period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", timeZone: "Europe/Berln" }) { date } }`,
      {},
      'period.timeZone',
      'The nearest name is Europe/Berlin.',
    ],
    [`{ ${app} { activeUsers { daily(date: "2026-02-30") } } }`, {}, 'date', 'Give a date as YYYY-MM-DD'],
    [
      'query ($p: PeriodInput!) { registeredUsers(period: $p) { date } }',
      { p: { from: secret, to: secret } },
      'period.from',
      'Give an instant by RFC 3339',
    ],
    [
      'query ($p: PeriodInput!) { registeredUsers(period: $p) { date } }',
      { p: { from: '2026-01-01T00:00:00Z' } },
      'period.to',
      'This field is required.',
    ],
    [
      'query ($p: PeriodInput!) { registeredUsers(period: $p) { date } }',
      {},
      'period',
      'Give an object of the type PeriodInput.',
    ],
    [
      'query ($from: DateTime!) { registeredUsers(period: { from: $from, to: "2026-01-01T00:00:00Z" }) { date } }',
      { from: 7 },
      'period.from',
      'Give an instant by RFC 3339',
    ],
    [
      'query ($i: Interval) { registeredUsers(period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", interval: $i }) { date } }',
      { i: null },
      'period.interval',
      'Give one of HOUR, DAY, WEEK, MONTH, QUARTER, YEAR.',
    ],
    [
      'query ($i: Interval = null) { registeredUsers(period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", interval: $i }) { date } }',
      {},
      'period.interval',
      'Give one of HOUR',
    ],
    [
      'mutation ($e: KeyEnvironment) { importRegistrations(input: { rows: [{ applicationId: "a", username: "b", firstTokenAt: "2026-01-01T00:00:00Z", environment: $e }] }) { created } }',
      { e: null },
      'rows.environment',
      'Give one of PRODUCTION, SANDBOX.',
    ],
    [
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
      { input: { username: 'a', password: [secret] } },
      'password',
      'Give a string.',
    ],
    [
      'mutation ($password: String!) { createUser(input: { username: "a", password: $password }) { user { id } } }',
      { password: { secret } },
      'password',
      'Give a string.',
    ],
    [
      `mutation { createUser(input: { username: "a", password: ["${secret}"] }) { user { id } } }`,
      {},
      'password',
      'Give a string.',
    ],
    [
      'mutation ($l: [LabelInput!]) { createApplication(input: { name: "a", labels: $l }) { application { id } } }',
      { l: [{ key: 'a', value: 'b' }, { key: 'a' }] },
      'labels.1.value',
      'This field is required.',
    ],
    [
      'mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { application { id } } }',
      { input: { id: 'a', nam: secret } },
      'nam',
      'There is no such field in UpdateApplicationInput; it has id, ',
    ],
    ['query ($n: Int = "x") { users(first: $n) { totalCount } }', {}, 'n', 'Give a whole number'],
  ])('%s %j', async (query, variables, field, sentence) => {
    const answer = await ask(query, variables);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatchObject({
      message: expect.stringContaining(sentence),
      extensions: { code: 'BAD_USER_INPUT', field },
    });
    if (typeof field === 'string') expect(answer.text).not.toContain('hunter2');
  });

  it('looks at the operation that is asked for, not at its neighbours', async () => {
    const period = '{ from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", interval: $i }';
    const query = `query Mine ($i: Interval) { registeredUsers(period: ${period}) { date } }`;
    const neighbour = 'query Theirs ($i: ID) { application(id: $i) { id } }';
    const run = async (operationName: string, variables: object) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: `${query} ${neighbour}`, operationName, variables }),
      });
      const { errors = [] }: any = await response.json();
      return errors.map(({ extensions }: any) => extensions.field);
    };
    expect(await run('Mine', { i: null })).toEqual(['period.interval']);
    expect(await run('Theirs', { i: 7.5 })).toEqual(['id']);
    expect(await run('Theirs', { i: null })).toEqual(['id']); // by the resolver: none of its arguments is given
  });

  it.each([
    ['{ application(id: "") { id } }', 'id'],
    ['{ node(id: "") { id } }', 'id'],
    ['{ keySet(clientId: "") { id } }', 'clientId'],
    ['{ verifyStatistics(applicationId: "") { asOf } }', 'applicationId'],
    [
      '{ registeredUsers(applicationIds: [""], period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { date } }',
      'applicationIds',
    ],
    ['mutation { deleteApplication(input: { id: "" }) { deletedId } }', 'id'],
    ['mutation { revokeGrants(input: { userId: "" }) { revokedCount } }', 'userId'],
  ])('takes no empty text for an id: %s', async (query, field) => {
    const { body } = await ask(query);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  it.each(['OK', 'Conflict', 'GRAPHQL_PARSE_FAILED', ''])(
    'takes %j for no outcome of an audit event',
    async (outcome) => {
      const query = 'query ($outcome: String) { auditEvents(outcome: $outcome) { nodes { id } } }';
      const { body } = await ask(query, { outcome });
      expect(body.errors).toMatchObject([
        { message: expect.stringMatching(/^Give one of ok, .*CONFLICT/), extensions: { field: 'outcome' } },
      ]);
    },
  );

  it('tells ten errors at most', async () => {
    const query =
      'query ($ids: [ID!]) { registeredUsers(applicationIds: $ids, period: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { date } }';
    const answer = await ask(query, { ids: Array(50).fill(secret.split('')) });
    expect(answer.body.errors).toHaveLength(10);
    const many = await ask(`{ ${Array.from({ length: 50 }, (_, index) => `unknown${index}`).join(' ')} }`);
    expect(many.body.errors.length).toBeLessThanOrEqual(11);
  });
});

describe('statistics name the field', () => {
  test.each([
    ['{ from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }', 'period.from'],
    ['{ from: "1969-12-31T23:59:59Z", to: "2026-01-01T00:00:00Z", interval: YEAR }', 'period.from'],
    ['{ from: "2020-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }', 'period.to'],
    ['{ from: "2020-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", timeZone: "CET" }', 'period.timeZone'],
  ])('of the period %s', async (asked, field) => {
    for (const selection of [
      `${app} { registeredUsers { series(period: ${asked}) { date } } }`,
      `${app} { registeredUsers { comparison(period: ${asked}) { current } } }`,
      `registeredUsers(applicationIds: ["${server.sample.applicationId}"], period: ${asked}) { date }`,
    ]) {
      const answer = await ask(`{ ${selection} }`);
      expect(answer.body.errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
  });

  it('takes an empty period', async () => {
    const empty = '{ from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }';
    const answer = await ask(
      `{ ${app} { registeredUsers { series(period: ${empty}) { date } } issuedTokens(period: ${empty}) { date } } }`,
    );
    expect(answer.body.data.application).toEqual({ registeredUsers: { series: [] }, issuedTokens: [] });
  });
});

describe('a store that is away', () => {
  const away = () => Promise.reject(new StoreUnavailable(new Error('mongodb://user:password@inside')));

  test.each([
    ['applications.page', '{ applications { nodes { id } } }'],
    ['openSnapshot', `{ ${app} { registeredUsers { total } } }`],
    ['registrations.findByUsers', '{ users { nodes { registrations { firstTokenAt } } } }'],
    ['audit.find', '{ node(id: "evt_x") { id } }'],
    ['applications.create', 'mutation { createApplication(input: { name: "Away" }) { application { id } } }'],
    ['applications.findClient', '{ viewer { clientId } }'],
  ])('%s: 503 with Retry-After', async (method, query) => {
    faults.set(method, away);
    const answer = await ask(query);
    faults.clear();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body.errors[0].extensions).toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterSeconds: 1,
      requestId: expect.any(String),
    });
    expect(answer.text).not.toContain('mongodb');
  });

  it('does not keep a refusal from being told', async () => {
    faults.set('audit.append', away);
    const answer = await ask('mutation { deleteUser(input: { id: "usr_nothing" }) { deletedId } }');
    faults.clear();
    expect(answer.body.errors[0].extensions.code).toBe('NOT_FOUND');
    expect(server.logged).toContainEqual(expect.objectContaining({ level: 'warn', event: 'refusal_not_audited' }));
  });
});

it('answers what nobody expected with INTERNAL, logs it by the id of the request, and tells nothing', async () => {
  faults.set('users.page', () => Promise.reject(new TypeError(`cannot read ${secret}`)));
  const answer = await ask('{ users { totalCount } }');
  faults.clear();
  const requestId = answer.headers.get('x-request-id');
  expect(answer).toMatchObject({
    status: 500,
    body: { errors: [{ path: ['users'], extensions: { code: 'INTERNAL', requestId } }] },
  });
  expect(answer.text).not.toMatch(/hunter2|TypeError| at /);
  expect(server.logged).toContainEqual({
    level: 'error',
    event: 'graphql_failed',
    fields: expect.objectContaining({ requestId, error: 'TypeError', field: 'users' }),
  });
});

it('has the members of the contract, and no others', async () => {
  const { body } = await ask('mutation { deleteUser(input: { id: "usr_nothing" }) { deletedId } }');
  expect(body.errors).toEqual([
    {
      message: 'There is no such user.',
      locations: [expect.anything()],
      path: ['deleteUser'],
      extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
    },
  ]);
});

it('writes down what a mutation was refused, merged by the minute', async () => {
  server.clock.advance(60_000);
  const refused = async () => {
    const { items } = await server.store.audit.page({ action: 'updateUser', outcome: 'NOT_FOUND' }, { first: 10 });
    return items.length;
  };
  const before = await refused();
  for (let index = 0; index < 3; index += 1)
    await ask('mutation { updateUser(input: { id: "usr_nothing" }) { user { id } } }');
  expect(await refused()).toBe(before + 1);
});

test.each([
  ['FORBIDDEN', 'mutation { deleteUser(input: { id: "usr_x" }) { deletedId } }', {}],
  ['BAD_USER_INPUT', 'mutation { ...F } fragment F on Mutation { deleteUser(input: { id: [] }) { deletedId } }', {}],
  ['BAD_USER_INPUT', 'mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id: {} }],
  [
    'QUERY_TOO_COMPLEX',
    `mutation { ${Array.from({ length: 11 }, (_, index) => `a${index}: deleteUser(input: { id: "" }) { deletedId }`).join(' ')} }`,
    {},
  ],
])('writes down what was refused before it was carried out, once a minute: %s %s', async (code, query, variables) => {
  opened.clock.advance(60_000);
  const weak = await server.adminToken(code === 'FORBIDDEN' ? ['audit:read'] : ['users:write']);
  const events = async () => (await server.store.audit.page({ outcome: code }, { first: 100 })).items;
  const before = await events();
  for (let index = 0; index < 3; index += 1) await server.graphql(query, variables, weak);
  const [event, ...others] = await events();
  expect(others).toEqual(before);
  expect(event).toMatchObject({ action: 'deleteUser', actor: 'management', outcome: code });
});

it('writes down nothing of what is no mutation of this schema', async () => {
  const before = await server.store.audit.page({}, { first: 1 });
  for (const query of [
    'mutation { deleteUsr }',
    'mutation { deleteUser',
    'mutation { ...F } fragment F on Mutation { ...F }',
  ])
    expect((await ask(query)).status).toBe(400);
  expect(await server.store.audit.page({}, { first: 1 })).toEqual(before);
});

it('names in a refusal what the mutation names when it is carried out', async () => {
  const { keySet, application } = await fixturesOf(server).keys();
  const { clientId } = keySet;
  const scopes = (text: string) =>
    ask(`mutation { updateKeys(input: { clientId: "${clientId}", ${text} }) { keys { id } } }`);
  await scopes('scopes: ["a"]');
  await scopes('scopes: ["a b"]');
  const outcomesOf = async (target: string, action: string) =>
    (await server.store.audit.page({ target, action }, { first: 10 })).items.map(({ outcome }) => outcome).sort();
  expect(await outcomesOf(keySet.id, 'updateKeys')).toEqual(['BAD_USER_INPUT', 'ok']);
  await ask(`mutation { generateKeys(input: { applicationId: "${application.id}" }) { clientSecret } }`);
  expect(await outcomesOf(application.id, 'generateKeys')).toEqual(['CONFLICT', 'ok']);
});

test.each([
  ['deleteApplication', '{ id: "app_gone" }', 'deletedId', 'app_gone'],
  ['deleteKeys', '{ clientId: "shop: one" }', 'deletedClientId', 'shop: one'],
  ['revokeGrants', '{ applicationId: "app_gone", userId: "usr_gone" }', 'revokedCount', 'usr_gone'],
  ['generateKeys', '{ applicationId: "app_gone" }', 'clientSecret', 'app_gone'],
  ['deleteUser', `{ id: "${'x'.repeat(256)}" }`, 'deletedId', undefined],
])('writes down what a refused %s was about', async (action, input, selection, target) => {
  const { body } = await ask(`mutation { ${action}(input: ${input}) { ${selection} } }`);
  const outcome = String(body.errors[0].extensions.code);
  const { items } = await server.store.audit.page({ action, outcome }, { first: 10 });
  expect(items.map((event) => event.target)).toContainEqual(target);
});

it('refuses more rows than it answers with, known only when all applications are counted', async () => {
  const { application } = fixturesOf(server);
  for (let index = 0; index < 6; index += 1) await application();
  const hours = '{ from: "2026-01-01T00:00:00Z", to: "2026-02-11T16:00:00Z", interval: HOUR }';
  const answer = await ask(`{ registeredUsers(period: ${hours}) { date } }`);
  expect(answer.body.errors).toMatchObject([
    { message: expect.stringContaining('/statistics/registered-users.csv'), extensions: { code: 'QUERY_TOO_COMPLEX' } },
  ]);
});
