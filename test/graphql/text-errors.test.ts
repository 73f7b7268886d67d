import { afterAll, expect, it } from '@jest/globals';
import { startTestServer } from '../support/server.js';

const server = await startTestServer();
const token = await server.adminToken();

afterAll(() => server.close());

const ask = (query: string, variables = {}) => server.graphql(query, variables, token);

const secret = 'hunter2-hunter2';

it('does not repeat a string that a syntax error met', async () => {
  for (const query of [`{ users(first: 1 "${secret}") }`, `{ users """${secret}""" }`, `"${secret}`]) {
    const answer = await ask(query);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
    });
    expect(answer.text).not.toContain('hunter2');
  }
});

it('does not repeat a number that a syntax error met', async () => {
  for (const query of ['{ users(87654321: 1) { totalCount } }', '{ users(876.54321) { totalCount } }']) {
    const answer = await ask(query);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
    });
    expect(answer.text).not.toMatch(/876\.?54321/);
  }
});

const longName = 'a'.repeat(65);

it.each([
  ['field', `{ ${longName} }`],
  ['nested field', `{ viewer { ${'b'.repeat(30_000)} } }`],
  ['argument', `{ viewer(${longName}: 1) { clientId } }`],
  ['directive', `{ viewer @${longName} { clientId } }`],
  ['fragment', `{ viewer { ...${longName} } }`],
  ['variable', `query ($${longName}: Int) { viewer { clientId } }`],
  ['type', `query ($v: ${longName}) { node(id: $v) { id } }`],
  ['alias', `{ ${longName}: viewer { clientId } ${longName}: server { version } }`],
  ['name out of place', `{ viewer { clientId } } ${longName}`],
])('repeats no %s that is longer than any name of the schema', async (_kind, query) => {
  const { status, body, text } = await ask(query);
  expect(status).toBe(400);
  expect(body.errors[0].message).toContain('…');
  expect(text).not.toMatch(/\w{65}/);
});

it.each([
  ['of a variable', `query ($${longName}: Int = "x") { users(first: $${longName}) { totalCount } }`, {}, '…'],
  ['of an input', `{ applications(label: { key: "a", value: "b", ${longName}: 1 }) { totalCount } }`, {}, 'label.…'],
  [
    'of an input that a variable gives',
    'query ($label: LabelInput) { applications(label: $label) { totalCount } }',
    { label: { key: 'a', value: 'b', [longName]: 1 } },
    'label.…',
  ],
])('does not take a long name %s for the field that is wrong', async (_kind, query, variables, field) => {
  const { body, text } = await ask(query, variables);
  expect(body.errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  expect(text).not.toMatch(/\w{65}/);
});

it('repeats a name that was misspelt', async () => {
  const { body } = await ask(`{ ${'a'.repeat(64)} }`);
  expect(body.errors[0].message).toBe(`Cannot query field "${'a'.repeat(64)}" on type "Query".`);
});
