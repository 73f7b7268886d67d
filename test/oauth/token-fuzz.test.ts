import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeySet } from '../../src/model/application.js';
import { clientSecret, openOAuth, userPassword, type OAuthUnderTest } from './open-oauth.js';

let server: OAuthUnderTest;
let keySet: KeySet;

beforeAll(async () => {
  server = await openOAuth();
  keySet = await server.keys();
  await server.user();
});
afterAll(() => server.close());

const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '%',
    '%00',
    '\r\n',
    '"',
    '\\',
    '{"$ne":1}',
    '../../etc/passwd',
    "' OR 1=1",
    '\u202E',
    '9'.repeat(400),
  ),
);
const grantType = fc.constantFrom('client_credentials', 'password', 'refresh_token', 'authorization_code');

const parameters = fc
  .record(
    {
      grant_type: fc.oneof({ weight: 5, arbitrary: grantType }, { weight: 1, arbitrary: odd }),
      scope: fc.oneof(fc.constantFrom('read', 'read write'), odd),
      username: fc.oneof(fc.constant('alice'), odd),
      password: fc.oneof(fc.constant(userPassword), odd),
      refresh_token: fc.oneof(fc.constantFrom('tgr_', 'tgr_fam_x.0.a.b', 'tga_x', 'a.b.c'), odd),
      validity_period: fc.oneof(fc.constantFrom('1', '60'), odd),
      resource: odd,
      client_id: odd,
      client_secret: odd,
      client_assertion: odd,
      client_assertion_type: odd,
    },
    { requiredKeys: ['grant_type'] },
  )
  .map((record) =>
    Object.entries(record).map(
      ([name, value]) => `${name}=${encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, ''))}`,
    ),
  );
const body = fc.oneof(
  { weight: 3, arbitrary: parameters.map((pairs) => pairs.join('&')) },
  { weight: 1, arbitrary: fc.string() },
);
const authorization = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.oneof(
        odd,
        odd.map((text) => `Basic ${text}`),
      ),
      { maxLength: 2 },
    ),
  },
);

describe('any request to /token', () => {
  it('is answered with a token or with a refusal of RFC 6749 §5.2, and never echoed', async () => {
    await fc.assert(
      fc.asyncProperty(body, authorization, async (params, headers) => {
        const answer = await server.token(keySet, params, headers === undefined ? {} : { authorization: headers });
        expect([200, 400, 401]).toContain(answer.status);
        if (answer.status === 200) {
          expect(answer.body).toMatchObject({ access_token: expect.any(String), token_type: 'Bearer' });
          return;
        }
        expect(Object.keys(answer.body)).toEqual(['error', 'error_description', 'error_uri', 'request_id']);
        expect(answer.body.error_description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
        expect(JSON.stringify(answer.body)).not.toContain(clientSecret);
      }),
      { numRuns: 600 },
    );
  });
});
