import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anEvent } from '../statistics/fixture.js';
import { startTestServer } from '../support/server.js';
import { turnsDuring } from '../support/turns.js';
import { fixturesOf } from './fixtures.js';

const server = await startTestServer();
const token = await server.adminToken();
const fixtures = fixturesOf(server);
afterAll(() => server.close());

const many = 400;
const { userId } = server.sample;

beforeAll(async () => {
  const applications = await Promise.all(Array.from({ length: many }, () => fixtures.application()));
  const rows = applications.map(({ id: applicationId }, index) => ({
    ...({ applicationId, environment: 'PRODUCTION', userId, at: Date.UTC(2026, 0, 1) + index } as const),
  }));
  await server.store.registrations.import(rows, { audit: anEvent() });
  for (let made = 0; made < 30; made += 1) await fixtures.family();
});

const ask = (selection: string) => server.graphql(`{ user(id: "${userId}") { ${selection} } }`, {}, token);

it('shows all registrations of a user', async () => {
  const { body } = await ask('registrations { firstTokenAt application { name } user { username } }');
  expect(body.errors).toBeUndefined();
  expect(body.data.user.registrations).toHaveLength(many);
});

it('lets others have their turn meanwhile', async () => {
  const selection = 'registrations { application { name registeredUsers { total } } }';
  expect(await turnsDuring(() => ask(selection))).toBeGreaterThan(1);
});

const hundredDays = '{ from: "2026-01-01T00:00:00Z", to: "2026-04-11T00:00:00Z" }';
const year = '{ from: "2026-01-01T00:00:00Z", to: "2026-12-01T00:00:00Z" }';

it.each([
  ['a page', 'registrations { user { grants(first: 30) { nodes { id } } } }'],
  ['registrations', 'registrations { user { registrations { environment } } }'],
  ['the deepest nesting', 'registrations { user { registrations { user { registrations { environment } } } } }'],
  [
    'registered users by day',
    `registrations { application { registeredUsers { series(period: ${year}) { newUsers } } } }`,
  ],
  ['active users by day', `registrations { application { activeUsers { series(period: ${year}) { activeUsers } } } }`],
  [
    'issued tokens by day and grant type',
    `registrations { application { issuedTokens(period: ${hundredDays}) { grantType issued } } }`,
  ],
])('refuses for each of hundreds of registrations %s', async (_what, selection) => {
  const { body } = await ask(selection);
  expect(body).toMatchObject({
    data: { user: null },
    errors: [{ message: expect.stringContaining('ask for fewer'), extensions: { code: 'QUERY_TOO_COMPLEX' } }],
  });
});
