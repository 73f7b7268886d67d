import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import { enableGrantTypes } from '../../src/applications/enable-grant-types.js';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { basic, bearer, openIssuer, type Issuer } from './open-issuer.js';

const inactive = { active: false };
const allGrants = ['client_credentials', 'password', 'refresh_token'] as const;
const formats = ['JWT', 'OPAQUE'] as const;

let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer();
});
afterEach(() => issuer.close());

const keysOf = (more: object = {}): Promise<GeneratedKeys> =>
  issuer.keys({ grantTypes: allGrants, scopes: ['default', 'read'], ...more });
const login = (keys: GeneratedKeys, more: object = {}) =>
  issuer.token(keys, { grant_type: 'password', username: 'alice', password: 'correct horse battery', ...more });
const idOf = ({ client }: GeneratedKeys): string => client.keySet.clientId;

describe.each(formats)('introspection of a %s access token', (accessTokenFormat) => {
  let keys: GeneratedKeys;
  beforeEach(async () => {
    keys = await keysOf({ accessTokenFormat });
  });

  it('says what the token holds (RFC 7662 §2.2)', async () => {
    const { access_token: token } = await issuer.token(keys, { scope: 'read', validity_period: '120' });
    const now = issuer.clock.now() / 1000;
    expect(await issuer.introspect(token, keys)).toEqual({
      active: true,
      scope: 'read',
      client_id: idOf(keys),
      token_type: 'Bearer',
      exp: now + 120,
      iat: now,
      sub: idOf(keys),
      aud: 'https://tallygate.example',
      iss: 'https://tallygate.example',
      jti: expect.stringMatching(/^[A-Za-z0-9_.-]+$/),
      environment: 'PRODUCTION',
    });
  });

  it('names the user of a user token', async () => {
    const { id } = await issuer.user('alice');
    const { access_token: token } = await login(keys);
    expect(await issuer.introspect(token, keys)).toMatchObject({ active: true, sub: id, username: 'alice' });
  });

  it('names several audiences as a list, and the sandbox as environment', async () => {
    const audience = ['https://a.example', 'b'];
    const sandbox = await keysOf({ accessTokenFormat, audience, environment: 'SANDBOX' });
    const { access_token: token } = await issuer.token(sandbox);
    expect(await issuer.introspect(token, sandbox)).toMatchObject({ aud: audience, environment: 'SANDBOX' });
  });

  it('ends at exp, to the second (§2.2)', async () => {
    issuer.clock.advance(700); // the second has begun when the token is made
    const { access_token: token } = await issuer.token(keys, { validity_period: '60' });
    const { exp } = await issuer.introspect(token, keys);
    issuer.clock.set(exp * 1000 - 1);
    expect(await issuer.introspect(token, keys)).toMatchObject({ active: true });
    issuer.clock.set(exp * 1000);
    expect(await issuer.introspect(token, keys)).toEqual(inactive);
  });

  test.each([
    { who: 'the issuing client', sees: true, keys: () => Promise.resolve(keys) },
    { who: 'a client that the audience names', sees: true, keys: () => keysOf({ clientId: 'orders-api' }) },
    { who: 'a client with the scope introspect', sees: true, keys: () => keysOf({ scopes: ['introspect'] }) },
    { who: 'another client', sees: false, keys: () => keysOf() },
    {
      who: 'the other environment of the application',
      sees: false,
      keys: () => keysOf({ environment: 'SANDBOX', applicationId: keys.client.application.id }),
    },
  ])('$who sees it: $sees (§2.1)', async ({ sees, keys: viewerKeys }) => {
    await updateKeys(issuer.deps, issuer.actor, { clientId: idOf(keys), audience: ['orders-api'] });
    const { access_token: token } = await issuer.token(keys);
    expect(await issuer.introspect(token, await viewerKeys())).toEqual(
      sees ? expect.objectContaining({ active: true }) : inactive,
    );
  });

  it('shows the tokens of nobody to a client that is called like the issuer', async () => {
    const { access_token: token } = await issuer.token(keys);
    const impostor = await keysOf({ clientId: 'https://tallygate.example' });
    expect(await issuer.introspect(token, impostor)).toEqual(inactive);
  });

  it('answers without a scope that the keys have lost, is inactive without any, and active again with it', async () => {
    const { access_token: token } = await issuer.token(keys, { scope: 'default read' });
    const scopes = async (held: readonly string[]) => {
      await updateKeys(issuer.deps, issuer.actor, { clientId: idOf(keys), scopes: held });
      return issuer.introspect(token, keys);
    };
    expect(await scopes(['default', 'write'])).toMatchObject({ active: true, scope: 'default' });
    expect(await scopes(['write'])).toEqual(inactive);
    expect(await scopes(['read'])).toMatchObject({ active: true, scope: 'read' });
  });
});

describe('introspection of a refresh token', () => {
  it('is for its own client, without token_type and without a word on its family', async () => {
    const keys = await keysOf({ refreshTokenIdleSeconds: 600 });
    const { id } = await issuer.user('alice');
    const { refresh_token: token } = await login(keys);
    const now = issuer.clock.now() / 1000;
    expect(await issuer.introspect(token, keys)).toEqual({
      active: true,
      scope: 'default',
      client_id: idOf(keys),
      username: 'alice',
      exp: now + 600,
      iat: now,
      sub: id,
      iss: 'https://tallygate.example',
      environment: 'PRODUCTION',
    });
    expect(await issuer.introspect(token, await keysOf({ scopes: ['introspect'] }))).toEqual(inactive);
  });

  it('is inactive once spent, once idle too long, and while refreshing is off', async () => {
    const keys = await keysOf({ refreshTokenIdleSeconds: 600 });
    await issuer.user('alice');
    const { refresh_token: first } = await login(keys);
    const { refresh_token: second } = await issuer.token(keys, { grant_type: 'refresh_token', refresh_token: first });
    expect(await issuer.introspect(first, keys)).toEqual(inactive);
    const refreshing = { clientId: idOf(keys), grantTypes: ['refresh_token'] as const };
    await disableGrantTypes(issuer.deps, issuer.actor, refreshing);
    expect(await issuer.introspect(second, keys)).toEqual(inactive);
    await enableGrantTypes(issuer.deps, issuer.actor, refreshing);
    issuer.clock.advance(599_999);
    expect(await issuer.introspect(second, keys)).toMatchObject({ active: true });
    issuer.clock.advance(1);
    expect(await issuer.introspect(second, keys)).toEqual(inactive);
  });
});

describe('the introspection endpoint', () => {
  test.each([
    { what: 'garbage', token: 'x' },
    { what: 'an unknown opaque token', token: 'tga_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    { what: 'an unknown refresh token', token: 'tgr_fam_AAAA.0.AAAAAA.AAAA' },
    { what: 'a token with U+FFFD', token: '\uFFFD' },
    { what: 'a JWT of nobody', token: 'eyJhbGciOiJub25lIn0.e30.AA' },
  ])('answers $what with exactly {"active":false} (RFC 7662 §2.2)', async ({ token }) => {
    const answer = await issuer.post('/introspect', { token }, basic(await keysOf()));
    expect(answer).toMatchObject({ status: 200, text: '{"active":false}' });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });

  it('answers a JWT of ours that is no access token with inactive', async () => {
    const keys = await keysOf({ scopes: ['introspect'] });
    const { iss, ...claims } = { iss: 'https://tallygate.example', sub: 'a', aud: 'b', iat: 1, exp: 9_999_999_999 };
    for (const [typ, more] of [
      ['JWT', { iss }],
      ['at+jwt', { iss: 'https://other.example' }],
    ] as const) {
      const token = issuer.oauth.signingKeys.sign('ES256', typ, { ...claims, ...more });
      expect(await issuer.introspect(token, keys)).toEqual(inactive);
    }
  });

  it.each(['access_token', 'refresh_token', 'id_token', 'nonsense'])(
    'finds a token despite the hint %s (§2.1)',
    async (hint) => {
      const keys = await keysOf();
      const { access_token: token } = await issuer.token(keys);
      const { body } = await issuer.post('/introspect', { token, token_type_hint: hint }, basic(keys));
      expect(body).toMatchObject({ active: true });
    },
  );

  test.each([
    { what: 'no client', presented: () => ({}) },
    {
      what: 'a wrong secret',
      presented: (keys: GeneratedKeys) => ({ form: { client_id: idOf(keys), client_secret: 'x'.repeat(43) } }),
    },
  ])('refuses $what with invalid_client (RFC 7662 §2.3)', async ({ presented }) => {
    const answer = await issuer.post('/introspect', { token: 'x' }, presented(await keysOf()));
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
    expect(issuer.refusals).toEqual([expect.objectContaining({ code: 'invalid_client', requestId: 'req-1' })]);
  });

  it('refuses a public client', async () => {
    const keys = await issuer.keys({ authenticationMethod: 'NONE', grantTypes: ['password'] });
    const answer = await issuer.post('/introspect', { token: 'x' }, { form: { client_id: idOf(keys) } });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test.each(['', 'token=', 'token_type_hint=access_token', 'token=a&token=b'])(
    'refuses the body %p with invalid_request',
    async (body) => {
      const answer = await issuer.post('/introspect', body, basic(await keysOf()));
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    },
  );
});

describe('introspection with a bearer token', () => {
  it('shows every token to one that holds the scope introspect', async () => {
    const { access_token: token } = await issuer.token(await keysOf());
    const holder = await keysOf({ scopes: ['introspect', 'applications:read'] });
    const { access_token: pass } = await issuer.token(holder, { scope: 'introspect' });
    expect((await issuer.post('/introspect', { token }, bearer(pass))).body).toMatchObject({ active: true });
  });

  it('refuses one without that scope, and one that has lost it, with 403 (RFC 6750 §3.1)', async () => {
    const holder = await keysOf({ scopes: ['introspect', 'applications:read'] });
    const { access_token: other } = await issuer.token(holder, { scope: 'applications:read' });
    const { access_token: both } = await issuer.token(holder, { scope: 'applications:read introspect' });
    await updateKeys(issuer.deps, issuer.actor, { clientId: idOf(holder), scopes: ['applications:read'] });
    for (const pass of [other, both]) {
      const answer = await issuer.post('/introspect', { token: 'x' }, bearer(pass));
      expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="insufficient_scope".*scope="introspect"/);
    }
  });

  test.each([
    { what: 'garbage', pass: () => Promise.resolve('garbage') },
    { what: 'a token for another audience', pass: async () => (await issuer.token(await keysOf())).access_token },
    {
      what: 'a refresh token',
      pass: async () => {
        await issuer.user('alice');
        return (await login(await keysOf())).refresh_token;
      },
    },
  ])('refuses $what with invalid_token (RFC 6750 §3.1)', async ({ pass }) => {
    const answer = await issuer.post('/introspect', { token: 'x' }, bearer(await pass()));
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/);
    expect(answer.body.error_description).toContain('Ask for the scope introspect at /token.');
  });

  it.each(['client_secret', 'client_assertion', 'client_assertion_type', 'access_token'])(
    'refuses %s beside it',
    async (name) => {
      const presented = { ...bearer('x'), form: { [name]: 'b' } };
      const refused = { status: 400, body: { error: 'invalid_request' } };
      expect(await issuer.post('/introspect', { token: 'x' }, presented)).toMatchObject(refused);
    },
  );
});
