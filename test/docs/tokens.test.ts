import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { lifetimeRules } from '../../src/applications/lifetimes.js';
import { startTestServer, type TestServer } from '../support/server.js';

const page = readFileSync('docs/tokens.md', 'utf8');
const [, table = ''] = /^\| claim .*?\n\|[-|]+\|\n(.*?)\n\n/ms.exec(page) ?? [];
const rows = table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
const names = (of: (cells: readonly string[]) => boolean): readonly string[] =>
  rows.filter(of).flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const { username, password } = server.sample;
  token = (await server.token({ grant_type: 'password', username, password })).body.access_token;
});
afterAll(() => server.close());

describe('the page about tokens', () => {
  it('lists the claims of a JWT access token, no more and no less', () => {
    expect(names(([, , jwt]) => jwt !== '').toSorted()).toEqual(Object.keys(decodeJwt(token)).toSorted());
  });

  it('lists the members of an introspection answer, no more and no less', async () => {
    const { body } = await server.post('/introspect', { token });
    expect(names(([, , , answer]) => answer !== '').toSorted()).toEqual(Object.keys(body).toSorted());
  });

  it('says the default and the range of every lifetime', () => {
    for (const [name, { default: usual, min, max }] of Object.entries(lifetimeRules)) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| ${usual}(?:, .*)? \\| ${min} to ${max} \\|$`, 'm'));
    }
  });
});
