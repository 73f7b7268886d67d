import { afterAll, describe, expect, it, test } from '@jest/globals';
import { getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import { createOperationRunner } from '../../src/graphql/operation-runner.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';
import { systemActor } from '../../src/start/system-actor.js';
import { verifyTogether } from '../../src/statistics/verify-together.js';
import { addApplication, anEvent } from '../statistics/fixture.js';
import { recordingLog } from '../support/recording-log.js';
import { startTestServer } from '../support/server.js';
import { turnsDuring } from '../support/turns.js';
import { fixturesOf } from './fixtures.js';

const server = await startTestServer();
const fixtures = fixturesOf(server);
const token = await server.adminToken();
const schema = buildManagementSchema();
afterAll(() => server.close());

const ask = async (query: string, variables = {}) => {
  const { body } = await server.graphql(query, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data;
};

/** The fields of a type that are values and need no argument. */
const leavesOf = (name: string): readonly string[] => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`no object type: ${name}`);
  return Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
    .map((field) => field.name);
};

describe('node', () => {
  test.each([
    ['Application', async () => (await fixtures.application()).id],
    ['KeySet', async () => (await fixtures.keys()).keySet.id],
    ['User', async () => (await fixtures.user()).id],
    ['Grant', () => fixtures.grant()],
    [
      'AuditEvent',
      async () => {
        await fixtures.application();
        return (await server.store.audit.page({}, { first: 1 })).items[0]!.id;
      },
    ],
  ])('finds %s with all its values', async (type, make) => {
    const id = await make();
    const { node } = await ask(
      `query ($id: ID!) { node(id: $id) { __typename id ... on ${type} { ${leavesOf(type).join(' ')} } } }`,
      { id },
    );
    expect(node).toMatchObject({ __typename: type, id });
    expect(Object.keys(node)).toEqual(expect.arrayContaining([...leavesOf(type)]));
  });

  test.each(['app_', 'ks_nothing', 'usr_x', 'fam_x', 'evt_x', 'sec_x', 'nothing', '_'])(
    'finds nothing at %s',
    async (id) => {
      expect(await ask('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
    },
  );
});

it('looks for a key set in a hundred applications at a time, and others have their turn in between', async () => {
  const crowded = await startTestServer();
  const { oauth, store } = crowded;
  await Promise.all(Array.from({ length: 1001 }, (_, index) => addApplication(store, `Orchard ${index}`)));
  const { log } = recordingLog();
  const verifyStatistics = verifyTogether(store);
  const runner = await createOperationRunner({ oauth, verifyStatistics, statisticsTimeZone: 'UTC', version: '0', log });
  const look = () => runner.run(systemActor, { query: '{ node(id: "ks_nothing") { id } }', variables: {} });
  expect((await look()).result).toEqual({ data: { node: null } });
  expect(await turnsDuring(look)).toBeGreaterThanOrEqual(10);
  await runner.stop();
  await crowded.close();
});

describe('keys', () => {
  it('are generated with a secret that works and is shown once', async () => {
    const { id } = await fixtures.application();
    const input = { applicationId: id, idempotencyKey: 'retry-1', grantTypes: ['CLIENT_CREDENTIALS', 'PASSWORD'] };
    const generate =
      'mutation ($input: GenerateKeysInput!) { generateKeys(input: $input) { clientSecret keys { clientId grantTypes application { id version } secrets { id name hint expiresAt } } } }';
    const { generateKeys: first } = await ask(generate, { input });
    expect(first.clientSecret).toMatch(/^tgs_/);
    expect(first.keys).toMatchObject({
      grantTypes: ['CLIENT_CREDENTIALS', 'PASSWORD'],
      application: { id, version: 2 },
      secrets: [{ name: null, hint: first.clientSecret.slice(-4), expiresAt: null }],
    });
    const answer = await server.token(
      { grant_type: 'client_credentials' },
      { basic: [first.keys.clientId, first.clientSecret] },
    );
    expect(answer.status).toBe(200);
    const { generateKeys: again } = await ask(generate, { input });
    expect(again).toEqual({ ...first, clientSecret: null });
    expect(JSON.stringify(server.logged)).not.toContain(first.clientSecret);
  });

  it('are shown with what holds where nothing was said', async () => {
    const { keySet } = await fixtures.keys();
    const { keySet: shown } = await ask(
      'query ($id: String!) { keySet(clientId: $id) { defaultScopes audience lastTokenAt jwks } }',
      { id: keySet.clientId },
    );
    expect(shown).toEqual({ defaultScopes: ['default'], audience: [server.issuer], lastTokenAt: null, jwks: null });
  });

  it('tell when they were last used, to the hour', async () => {
    await server.token({ grant_type: 'client_credentials' });
    await server.flush();
    const { keySet } = await ask('{ keySet(clientId: "sample") { lastTokenAt secrets { lastUsedAt } } }');
    expect(keySet).toEqual({
      lastTokenAt: '2026-01-15T12:00:00.000Z',
      secrets: [{ lastUsedAt: '2026-01-15T12:00:00.000Z' }],
    });
  });

  it('give a token that works and ends with the next one', async () => {
    const generate =
      'mutation ($old: String) { generateAccessToken(input: { clientId: "sample", revokeToken: $old }) { accessToken tokenType } }';
    const active = async (accessToken: string) =>
      (await server.post('/introspect', { token: accessToken })).body.active;
    const { generateAccessToken: first } = await ask(generate);
    expect(await active(first.accessToken)).toBe(true);
    const { generateAccessToken: second } = await ask(generate, { old: first.accessToken });
    expect([await active(first.accessToken), await active(second.accessToken)]).toEqual([false, true]);
  });

  it('are filtered by environment', async () => {
    const query = '{ application(clientId: "sample") { all: keys { id } sandbox: keys(environment: SANDBOX) { id } } }';
    expect(await ask(query)).toMatchObject({ application: { all: [{}], sandbox: [] } });
  });
});

describe('users', () => {
  it('are shown with their registrations, one per application and environment', async () => {
    const { id, username } = await fixtures.user();
    const [{ applicationId }, other] = [server.sample, await fixtures.application()];
    const row = (environment: 'PRODUCTION' | 'SANDBOX', at: number, of = applicationId) =>
      ({ applicationId: of, environment, userId: id, at }) as const;
    const rows = [
      row('SANDBOX', Date.UTC(2026, 0, 2)),
      row('PRODUCTION', Date.UTC(2026, 0, 3)),
      row('PRODUCTION', Date.UTC(2026, 0, 1), other.id),
    ];
    await server.store.registrations.import(rows, { audit: anEvent() });
    const query =
      'query ($username: String) { user(username: $username) { registrations { environment firstTokenAt application { id } user { username } } } }';
    const { user } = await ask(query, { username });
    expect(user.registrations).toEqual([
      {
        environment: 'PRODUCTION',
        firstTokenAt: '2026-01-01T00:00:00.000Z',
        application: { id: other.id },
        user: { username },
      },
      {
        environment: 'SANDBOX',
        firstTokenAt: '2026-01-02T00:00:00.000Z',
        application: { id: applicationId },
        user: { username },
      },
      {
        environment: 'PRODUCTION',
        firstTokenAt: '2026-01-03T00:00:00.000Z',
        application: { id: applicationId },
        user: { username },
      },
    ]);
    await ask('mutation ($id: ID!) { deleteApplication(input: { id: $id }) { deletedId } }', { id: other.id });
    expect((await ask(query, { username })).user.registrations).toHaveLength(2);
  });

  it('lose their grants when these are revoked', async () => {
    const id = await fixtures.grant();
    const { revokeGrant } = await ask(
      'mutation ($id: ID!) { revokeGrant(input: { id: $id }) { grant { revokedAt grantType expiresAt user { username } application { name } } } }',
      { id },
    );
    expect(revokeGrant.grant).toEqual({
      revokedAt: expect.stringMatching(/Z$/),
      grantType: 'PASSWORD',
      expiresAt: expect.stringMatching(/Z$/),
      user: { username: 'ada' },
      application: { name: 'Sample application' },
    });
  });

  it('lose all of an application, whose own tokens stay', async () => {
    const { username, password, applicationId } = server.sample;
    const ofUser = await server.token({ grant_type: 'password', username, password });
    const ofClient = await server.token({ grant_type: 'client_credentials' });
    const revoke =
      'mutation ($applicationId: ID!) { revokeGrants(input: { applicationId: $applicationId }) { revokedCount } }';
    const { revokeGrants } = await ask(revoke, { applicationId });
    expect(revokeGrants.revokedCount).toBeGreaterThan(0);
    const looks = [ofUser, ofClient].map(({ body }) => server.post('/introspect', { token: body.access_token }));
    expect((await Promise.all(looks)).map(({ body }) => body.active)).toEqual([false, true]);
    const refreshed = await server.token({ grant_type: 'refresh_token', refresh_token: ofUser.body.refresh_token });
    expect(refreshed.body.error).toBe('invalid_grant');
    expect((await ask(revoke, { applicationId })).revokeGrants.revokedCount).toBe(0);
  });

  it('are cleared of what null clears, and keep what is absent', async () => {
    const { id } = await fixtures.user();
    const update =
      'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { email displayName enabled } } }';
    await ask(update, { input: { id, email: 'a@b.example', displayName: 'A' } });
    const { updateUser } = await ask(update, { input: { id, email: null } });
    expect(updateUser.user).toEqual({ email: null, displayName: 'A', enabled: true });
  });
});

it('runs mutations one after the other and stops at the first that fails', async () => {
  const answer = await server.graphql(
    `mutation { a: createApplication(input: { name: "Serial A" }) { application { id } }
      b: createApplication(input: { name: "serial a" }) { application { id } }
      c: createApplication(input: { name: "Serial C" }) { application { id } } }`,
    {},
    token,
  );
  expect(answer.body).toMatchObject({
    data: null,
    errors: [{ path: ['b'], extensions: { code: 'CONFLICT', field: 'name' } }],
  });
  expect(await ask('{ applications(nameContains: "serial") { nodes { name } } }')).toEqual({
    applications: { nodes: [{ name: 'Serial A' }] },
  });
});

it('logs each mutation with its actor', async () => {
  await ask('mutation { createApplication(input: { name: "Logged" }) { application { id } } }');
  expect(server.logged).toContainEqual({
    level: 'info',
    event: 'management_mutation',
    fields: { action: 'createApplication', actor: 'management', outcome: 'ok', requestId: expect.any(String) },
  });
});
