import { afterAll, describe, expect, it } from '@jest/globals';
import { managementScopes } from '../../src/model/management-scope.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';
import { mutationCases } from './mutation-cases.js';
import { queryCases } from './query-cases.js';

const server = await startTestServer();
const fixtures = fixturesOf(server);
const schema = buildManagementSchema();

afterAll(() => server.close());

it('has a case for every operation', () => {
  expect(Object.keys(queryCases).sort()).toEqual(Object.keys(schema.getQueryType()!.getFields()).sort());
  expect(Object.keys(mutationCases).sort()).toEqual(Object.keys(schema.getMutationType()!.getFields()).sort());
});

/** What the audit tells of a mutation. */
const carriedOut = async (action: string): Promise<readonly string[]> => {
  const { items } = await server.store.audit.page({ action, outcome: 'ok' }, { first: 100 });
  return items.map(({ id }) => id);
};

describe.each(Object.entries({ ...queryCases, ...mutationCases }))('%s', (name, operation) => {
  const { document, scopes, expected, openToAnyToken, notFound, badInput } = operation;
  const variables = async () => (await operation.variables?.(fixtures)) ?? {};

  it('answers a token that holds just the scopes it needs', async () => {
    const answer = await server.graphql(document, await variables(), await server.adminToken(scopes));
    expect(answer.body).toEqual({ data: expect.anything() });
    expect(answer).toMatchObject({ status: 200, body: { data: expected } });
  });

  it('is refused without a token', async () => {
    const answer = await server.graphql(document, await variables(), false);
    expect(answer).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  if (openToAnyToken !== true) {
    it.each(scopes)('is refused to a token that holds everything but %s, and changes nothing', async (missing) => {
      const held = managementScopes.filter((scope) => scope !== missing && !isAlternative(missing, scope));
      const given = await variables();
      const before = await carriedOut(name);
      const answer = await server.graphql(document, given, await server.adminToken(held));
      expect(await carriedOut(name)).toEqual(before);
      expect(answer.status).toBe(403);
      expect(answer.body.data).toBeUndefined();
      expect(answer.body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', requestId: expect.any(String) });
      expect(answer.headers.get('www-authenticate')).toMatch(
        /^Bearer realm="tallygate", error="insufficient_scope", scope="[a-z: ]+"$/,
      );
    });
  }

  /** Where several scopes open the same, none of them may be held. */
  const isAlternative = (missing: string, scope: string): boolean =>
    alternatives.some((set) => set.includes(missing) && set.includes(scope)) && !scopes.includes(scope);
  const alternatives = [
    ['applications:read', 'statistics:read'],
    ['applications:write', 'users:write'],
  ];

  if (notFound !== undefined) {
    it('says what is not there', async () => {
      const answer = await server.graphql(document, notFound.variables);
      if ('expected' in notFound) expect(answer).toMatchObject({ status: 200, body: { data: notFound.expected } });
      else expect(answer.body.errors).toMatchObject([{ extensions: { code: notFound.code } }]);
    });
  }

  if (badInput !== undefined) {
    it('names the field of a bad input', async () => {
      const given = typeof badInput.variables === 'function' ? await badInput.variables(fixtures) : badInput.variables;
      const answer = await server.graphql(document, given);
      expect(answer.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: badInput.field } }]);
      expect([200, 400]).toContain(answer.status);
    });
  }
});
