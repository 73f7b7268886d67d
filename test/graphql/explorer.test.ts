import { createHash } from 'node:crypto';
import { runInNewContext, Script } from 'node:vm';
import { expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { explorerPage, explorerPolicy } from '../../src/graphql/explorer/page.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';

const inside = (tag: string): string => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(explorerPage)?.[1] ?? '';

it('allows exactly the style and the script that are in the page', () => {
  for (const tag of ['script', 'style']) {
    const hash = createHash('sha256').update(inside(tag)).digest('base64');
    expect(inside(tag).length).toBeGreaterThan(1000);
    expect(explorerPolicy).toContain(`${tag}-src 'sha256-${hash}'`);
  }
  expect(explorerPage).not.toMatch(/ style="| on[a-z]+="/);
});

it('has a script that is one', () => {
  expect(() => new Script(inside('script'))).not.toThrow();
  expect(inside('script')).not.toContain('innerHTML');
});

/** A function of the script, by itself. */
const scripted = (name: string, surroundings = ''): any => {
  const source = new RegExp(`const ${name} = [^]*?\\n};\\n`).exec(inside('script'))?.[0] ?? '';
  return runInNewContext(`${surroundings}; ${source}; ${name}`);
};

it.each([
  ['{ viewer { clientId } }', []],
  ['query One { viewer { clientId } }', ['One']],
  ['query One($a: Int = 1) { a } mutation Two { b }\nfragment F on Query { query mutation Three }', ['One', 'Two']],
  ['query One { a(b: "} query Two {", c: """ } query Three """) } # query Four', ['One']],
  ['query One { a(b: "\\\\" , c: "\\"}") } query Two { b }', ['One', 'Two']],
])('finds the operations of %j', (document, names) => {
  expect([...scripted('operationsIn')(document)]).toEqual(names);
});

it.each([
  [200, { data: {} }, undefined],
  [200, { data: null, errors: [{ message: 'There is no such user.' }] }, 'There is no such user.'],
  [200, { errors: [{ message: 'a' }, { message: 'b' }] }, '2 errors'],
  [401, { errors: [{ message: 'a' }] }, 'not valid, or not any more'],
  [403, { errors: [{ message: 'Needs the scope users:read.' }] }, 'Needs the scope users:read.'],
  [502, 'Bad Gateway', 'HTTP 502'],
])('tells what went wrong with HTTP %d %j', (status, body, sentence) => {
  const element = 'const element = () => ({ value: "token" })';
  const parsed = 'const parsed = (text) => { try { return JSON.parse(text); } catch { return undefined; } }';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const problem = scripted('problemOf', `${element}; ${parsed}`)({ status, text });
  if (sentence === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(sentence);
});

it.each([
  ['invalid_client', 'tgs_secret ', 'Wrong. The secret begins or ends with a space.'],
  ['invalid_client', 'tgs_secret', 'Wrong.'],
  ['invalid_scope', 'tgs_secret', 'Wrong. Take one that has management scopes, or ask for others.'],
  ['unauthorized_client', 'tgs_secret ', 'Wrong.'],
])('tells why %s got no token with the secret %j', (error, secret, sentence) => {
  expect(scripted('whyNot')({ error, error_description: 'Wrong.' }, secret)).toBe(sentence);
});

it('asks what the schema answers', () => {
  const schema = buildManagementSchema();
  const sample = /<textarea id="query"[^>]*>([^]*?)<\/textarea>/.exec(explorerPage)?.[1] ?? '';
  const joined = /const introspection =([^]*?);\n/.exec(inside('script'))?.[1] ?? '';
  const introspection = [...joined.matchAll(/'([^']*)'/g)].map(([, text]) => text).join('');
  for (const document of [sample, introspection]) expect(validate(schema, parse(document))).toEqual([]);
});
