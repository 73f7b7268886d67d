import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import type { KeySet } from '../../src/model/application.js';
import { decodeTokenId } from '../../src/oauth/token-id.js';
import { opaqueTokenKey } from '../../src/oauth/opaque-token.js';
import { claimsOf, issuer, openOAuth, userPassword, type OAuthUnderTest } from './open-oauth.js';

let server: OAuthUnderTest;
let keySet: KeySet;
const grant = { grant_type: 'client_credentials' };

beforeAll(async () => {
  server = await openOAuth();
  keySet = await server.keys();
});
beforeEach(() => {
  server.issued.length = 0;
  server.refused.length = 0;
});
afterAll(() => server.close());

const refusedWith = (error: string, status = 400) => ({ status, body: { error } });

describe('POST /token', () => {
  it('answers with what RFC 6749 §5.1 asks for, never to be kept', async () => {
    const answer = await server.token(keySet, grant);
    expect(answer).toEqual({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'x-content-type-options': 'nosniff',
      },
      body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'default' },
    });
  });

  it('answers a refusal with error, description, a page about it and the request id, never to be kept', async () => {
    const answer = await server.token(keySet, {});
    expect(answer).toEqual({
      status: 400,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'x-content-type-options': 'nosniff',
      },
      body: {
        error: 'invalid_request',
        error_description: expect.any(String),
        error_uri: `${issuer}/errors#invalid_request`,
        request_id: expect.stringMatching(/^req-/),
      },
    });
  });

  test.each([
    { request: 'no grant_type', params: {}, error: 'invalid_request' },
    { request: 'an empty grant_type', params: { grant_type: '' }, error: 'invalid_request' },
    { request: 'Grant_Type', params: { Grant_Type: 'client_credentials' }, error: 'invalid_request' },
    { request: 'an unknown grant type', params: { grant_type: 'implicit' }, error: 'unsupported_grant_type' },
    { request: 'a grant type of another case', params: { grant_type: 'Password' }, error: 'unsupported_grant_type' },
    { request: '__proto__', params: { grant_type: '__proto__' }, error: 'unsupported_grant_type' },
    { request: 'a scope the client lacks', params: { ...grant, scope: 'root' }, error: 'invalid_scope' },
    { request: 'a malformed scope', params: { ...grant, scope: 'a  b' }, error: 'invalid_scope' },
    {
      request: 'a repeated scope',
      params: 'grant_type=client_credentials&scope=read&scope=read',
      error: 'invalid_request',
    },
    { request: 'an unknown resource', params: { ...grant, resource: 'https://x.example' }, error: 'invalid_target' },
  ])('refuses $request with $error (RFC 6749 §5.2)', async ({ params, error }) => {
    expect(await server.token(keySet, params)).toMatchObject(refusedWith(error));
    expect(server.refused).toMatchObject([{ code: error }]);
    expect(server.issued).toEqual([]);
  });

  it('refuses a grant type that is not enabled with unauthorized_client, and counts it for the application', async () => {
    const none = await server.keys({ grantTypes: [] });
    for (const grant_type of ['client_credentials', 'password', 'refresh_token']) {
      expect(await server.token(none, { grant_type })).toMatchObject(refusedWith('unauthorized_client'));
      const event = server.refused.at(-1);
      expect(event).toMatchObject({ code: 'unauthorized_client', grantType: grant_type });
      expect(event?.client?.keySet.id).toBe(none.id);
    }
  });

  it('ignores parameters that it does not know', async () => {
    expect(await server.token(keySet, { ...grant, foo: '1', dpop_jkt: 'x' })).toMatchObject({ status: 200 });
  });

  it('never echoes what was sent, and answers in the characters of RFC 6749 §5.2', async () => {
    const marker = 'echoed marker "\\é\r\n😀';
    for (const name of ['grant_type', 'scope', 'validity_period', 'resource', marker]) {
      const { body } = await server.token(keySet, { ...grant, [name]: marker });
      expect(JSON.stringify(body)).not.toContain('echoed marker');
      expect(body.error_description ?? '').toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]*$/);
    }
  });

  it('says which token was issued to whom, and notes the key set as used', async () => {
    server.uses.length = 0;
    await server.token(keySet, grant);
    expect(server.issued).toMatchObject([{ at: server.clock.now(), grantType: 'client_credentials' }]);
    expect(server.issued[0]?.userId).toBeUndefined();
    expect(server.issued[0]?.client.keySet.id).toBe(keySet.id);
    expect(server.uses).toContain(keySet.id);
    expect(server.refused).toEqual([]);
  });

  it('hands out no token twice', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => server.token(keySet, grant)));
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(64);
    expect(new Set(answers.map(({ body }) => claimsOf(body.access_token).jti)).size).toBe(64);
  });

  describe('validity_period', () => {
    test.each(['1', '60', '86400'])('gives a token for %s seconds', async (validity_period) => {
      const { body } = await server.token(keySet, { ...grant, validity_period });
      expect(body.expires_in).toBe(Number(validity_period));
      const { iat, exp } = claimsOf(body.access_token);
      expect(exp - iat).toBe(Number(validity_period));
    });

    test.each(['0', '-1', '1e9', '1.5', 'abc', ' 60', '60 ', '+60', '060', '86401', '9'.repeat(30), '0x10', '٣'])(
      'is invalid as %s, with the range in the description',
      async (validity_period) => {
        const answer = await server.token(keySet, { ...grant, validity_period });
        expect(answer).toMatchObject(refusedWith('invalid_request'));
        expect(answer.body.error_description).toContain('from 1 to 86400');
      },
    );
  });

  describe('client_credentials', () => {
    it('gives no refresh token (RFC 6749 §4.4.3) and opens no family', async () => {
      expect((await server.token(keySet, grant)).body).not.toHaveProperty('refresh_token');
      const families = await server.store.tokens.pageFamilies({}, { first: 10 });
      expect(families.items).toEqual([]);
    });

    it('answers scopes in one order, whatever the order of the question', async () => {
      const [first, second] = await Promise.all([
        server.token(keySet, { ...grant, scope: 'write read' }),
        server.token(keySet, { ...grant, scope: 'read write' }),
      ]);
      expect([first.body.scope, second.body.scope]).toEqual(['read write', 'read write']);
    });
  });

  describe('a JWT access token', () => {
    it('follows the profile of RFC 9068', async () => {
      const { body } = await server.token(keySet, { ...grant, scope: 'read write' });
      const verified = server.deps.signingKeys.verify(body.access_token);
      expect(verified?.header).toMatchObject({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) });
      const iat = Math.floor(server.clock.now() / 1000);
      expect(verified?.claims).toEqual({
        iss: issuer,
        sub: keySet.clientId,
        aud: issuer,
        client_id: keySet.clientId,
        iat,
        exp: iat + 3600,
        jti: expect.any(String),
        scope: 'read write',
        environment: 'PRODUCTION',
      });
      expect(decodeTokenId(server.deps.keyring, claimsOf(body.access_token).jti)).toEqual({
        keySetId: keySet.id,
        grantType: 'client_credentials',
        epochs: { client: 0, grant: 0, user: 0 },
      });
    });

    it('has the type and the algorithm that the keys ask for', async () => {
      const settings = { accessTokenHeaderType: 'JWT', accessTokenAlgorithm: 'RS256', environment: 'SANDBOX' } as const;
      const { body } = await server.token(await server.keys(settings), grant);
      const verified = server.deps.signingKeys.verify(body.access_token);
      expect(verified?.header).toMatchObject({ typ: 'JWT', alg: 'RS256' });
      expect(verified?.claims.environment).toBe('SANDBOX');
    });

    it('of a user has his id as its subject, which is no client id', async () => {
      const user = await server.user();
      const params = { grant_type: 'password', username: 'alice', password: userPassword };
      const { body } = await server.token(keySet, params);
      expect(claimsOf(body.access_token)).toMatchObject({ sub: user.id, client_id: keySet.clientId });
      expect(user.id).toMatch(/^usr_/);
      expect(keySet.clientId).not.toMatch(/^usr_/);
    });
  });

  it('keeps an opaque access token by its digest, with all that it stands for', async () => {
    const opaque = await server.keys({ accessTokenFormat: 'OPAQUE', epoch: 4, grantEpochs: { client_credentials: 2 } });
    const { body } = await server.token(opaque, { ...grant, scope: 'read', validity_period: '60' });
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^tga_[0-9a-z]{9}\.[A-Za-z0-9_-]{43}$/),
      expires_in: 60,
    });
    const row = await server.store.tokens.findAccessToken(opaqueTokenKey(body.access_token), server.clock.now());
    expect(row).toMatchObject({
      clientId: opaque.clientId,
      keySetId: opaque.id,
      grantType: 'client_credentials',
      environment: 'PRODUCTION',
      scopes: ['read'],
      audience: [issuer],
      epochs: { client: 4, grant: 2, user: 0 },
      issuedAt: server.clock.now(),
      expiresAt: server.clock.now() + 60_000,
    });
  });

  describe('the audience', () => {
    const api = 'https://api.example';
    const graphql = `${issuer}/graphql`;
    const rows = [
      { of: 'ordinary scopes is the issuer', audience: [], scope: 'read', aud: issuer },
      { of: 'ordinary scopes is the keys’ own', audience: [api, 'urn:b'], scope: 'read', aud: [api, 'urn:b'] },
      { of: 'management scopes is the management API alone', audience: [api], scope: 'users:read', aud: graphql },
      { of: 'introspect is the management API alone', audience: [api], scope: 'introspect', aud: graphql },
      { of: 'both kinds is both', audience: [api], scope: 'read users:read', aud: [api, graphql] },
    ];
    const scopes = ['read', 'users:read', 'introspect'];

    test.each(rows)('of $of', async ({ audience, scope, aud }) => {
      const { body } = await server.token(await server.keys({ audience, scopes }), { ...grant, scope });
      expect(claimsOf(body.access_token).aud).toEqual(aud);
    });

    test.each([
      { resource: [api], scope: 'read users:read', aud: api },
      { resource: [graphql], scope: 'read users:read', aud: graphql },
      { resource: [graphql, api], scope: 'read users:read', aud: [api, graphql] },
      { resource: [api], scope: 'users:read', aud: undefined },
      { resource: [graphql], scope: 'read', aud: undefined },
      { resource: [api, 'https://x.example'], scope: 'read', aud: undefined },
      { resource: [`${api}/`], scope: 'read', aud: undefined },
    ])('for $resource with $scope is narrowed to $aud (RFC 8707 §2)', async ({ resource, scope, aud }) => {
      const params = new URLSearchParams({ ...grant, scope });
      for (const value of resource) params.append('resource', value);
      const answer = await server.token(await server.keys({ audience: [api], scopes }), params.toString());
      if (aud === undefined) expect(answer).toMatchObject(refusedWith('invalid_target'));
      else expect(claimsOf(answer.body.access_token).aud).toEqual(aud);
    });
  });
});
