import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { basic, openIssuer, type Issuer } from './open-issuer.js';

let issuer: Issuer;
let keys: GeneratedKeys;
const tokens: string[] = [];

beforeAll(async () => {
  issuer = await openIssuer();
  const grantTypes = ['client_credentials', 'password', 'refresh_token'] as const;
  keys = await issuer.keys({ grantTypes, scopes: ['default', 'introspect'] });
  const opaque = await issuer.keys({ accessTokenFormat: 'OPAQUE', grantTypes });
  await issuer.user('alice');
  const login = { grant_type: 'password', username: 'alice', password: 'correct horse battery' };
  const { access_token: jwt, refresh_token: refresh } = await issuer.token(keys, login);
  tokens.push(jwt, (await issuer.token(opaque, login)).access_token, refresh);
});
afterAll(() => issuer.close());

/** A token with some of its characters replaced, left out or put in. */
const mutated = fc
  .record({
    token: fc.nat({ max: 2 }),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        gone: fc.nat({ max: 3 }),
        text: fc.string({ maxLength: 3, unit: 'binary' }),
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  })
  .map(({ token, edits }) => {
    const original = tokens[token] ?? '';
    const text = edits.reduce((edited, { at, gone, text: put }) => {
      const place = Math.floor(at * edited.length);
      return edited.slice(0, place) + put + edited.slice(place + gone);
    }, original);
    return { original, text };
  });

describe('whatever is sent as a token', () => {
  it('introspects as nothing but {"active":false}, and what was made from it stays as it is', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async ({ original, text }) => {
        // U+0000 is refused before anything is looked up, an empty token is none.
        fc.pre(text !== original && text !== '' && !text.includes('\0'));
        const answer = await issuer.post('/introspect', { token: text }, basic(keys));
        expect([answer.status, answer.text]).toEqual([200, '{"active":false}']);
      }),
      { numRuns: 8000 },
    );
    for (const token of tokens.filter((text) => !text.startsWith('tgr_'))) {
      expect(await issuer.introspect(token, keys)).toMatchObject({ active: true });
    }
  });

  it('is revoked with 200 and {}, or refused, never more', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async ({ original, text }) => {
        fc.pre(text !== original && text !== '' && !text.includes('\0'));
        const answer = await issuer.post('/revoke', { token: text }, basic(keys));
        expect([answer.status, answer.text]).toEqual([200, '{}']);
      }),
      { numRuns: 5000 },
    );
    expect(await issuer.introspect(tokens[0] ?? '', keys)).toMatchObject({ active: true });
  });

  it('gets a 4xx or an inactive answer for any body at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200, unit: 'binary' }), async (body) => {
        for (const path of ['/introspect', '/revoke']) {
          const { status, text } = await issuer.post(path, body, basic(keys));
          if (status === 200) expect(['{"active":false}', '{}']).toContain(text);
          else expect(status).toBe(400);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('never authenticates as a client assertion', async () => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    await fc.assert(
      fc.asyncProperty(mutated, async ({ text }) => {
        fc.pre(text !== '' && !text.includes('\0'));
        const form = { client_assertion_type: type, client_assertion: text };
        const { status, body } = await issuer.post('/token', { grant_type: 'client_credentials', ...form });
        expect([status, body.error]).toEqual([401, 'invalid_client']);
      }),
      { numRuns: 3000 },
    );
  });
});
