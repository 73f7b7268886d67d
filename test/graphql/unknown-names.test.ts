import { afterAll, describe, expect, test } from '@jest/globals';
import { startTestServer } from '../support/server.js';

const server = await startTestServer();
const token = await server.adminToken();

afterAll(() => server.close());

describe('a name that is not there is answered with the nearest one', () => {
  test.each([
    ['{ applicatons { totalCount } }', 'Did you mean "applications"'],
    ['{ viewer { clientID } }', 'Did you mean "clientId"'],
    ['{ users(firts: 5) { totalCount } }', 'Did you mean "first"'],
    ['query ($p: PeriodInputs!) { registeredUsers(period: $p) { date } }', 'Did you mean "PeriodInput"'],
    ['{ users }', 'Did you mean "users { ... }"'],
    ['{ applications(label: { key: "a", value: "b", valeu: "c" }) { totalCount } }', 'The nearest name is value.'],
  ])('%s', async (query, hint) => {
    const { body } = await server.graphql(query, {}, token);
    expect(body.errors[0].message).toContain(hint);
  });
});
