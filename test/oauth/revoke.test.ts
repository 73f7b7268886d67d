import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { generateKeys, type GeneratedKeys } from '../../src/applications/generate-keys.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { revokeEndpoint } from '../../src/oauth/endpoints/revoke.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import { callers, times } from '../management/open-management.js';
import { basic, openIssuer, type Issuer } from './open-issuer.js';

const inactive = { active: false };
const formats = ['JWT', 'OPAQUE'] as const;

let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer();
});
afterEach(() => issuer.close());

const keysOf = (more: object = {}): Promise<GeneratedKeys> =>
  issuer.keys({
    grantTypes: ['client_credentials', 'password', 'refresh_token'],
    scopes: ['default', 'read'],
    ...more,
  });
const login = async (keys: GeneratedKeys) => {
  if ((await issuer.store.users.findByUsername('alice')) === undefined) await issuer.user('alice');
  return issuer.token(keys, { grant_type: 'password', username: 'alice', password: 'correct horse battery' });
};
const refresh = (keys: GeneratedKeys, token: string) =>
  issuer.post('/token', { grant_type: 'refresh_token', refresh_token: token }, basic(keys));
const revoke = (token: string, keys: GeneratedKeys, more: Readonly<Record<string, string>> = {}) =>
  issuer.post('/revoke', { token, ...more }, basic(keys));
const isActive = async (token: string, keys: GeneratedKeys): Promise<boolean> =>
  (await issuer.introspect(token, keys)).active;

it('of a JWT from before, whose jti was not veiled, ends that token alone', async () => {
  const keys = await keysOf();
  const { access_token: token } = await issuer.token(keys);
  const { keySet } = keys.client;
  const before = issuer.oauth.signingKeys.sign('ES256', 'at+jwt', {
    ...issuer.oauth.signingKeys.verify(token)?.claims,
    jti: `old.${keySet.id}.client_credentials.0.0.0`,
  });
  expect(await isActive(before, keys)).toBe(true);
  await revoke(before, keys);
  expect(await isActive(before, keys)).toBe(false);
  expect(await isActive(token, keys)).toBe(true);
});

describe.each(formats)('revocation of a %s access token (RFC 7009)', (accessTokenFormat) => {
  it('ends it at once, answers 200 with {}, and does so twice (§2.2)', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys);
    for (const round of [1, 2]) {
      const answer = await revoke(token, keys);
      expect([round, answer.status, answer.text]).toEqual([round, 200, '{}']);
      expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    }
    expect(await issuer.introspect(token, keys)).toEqual(inactive);
  });

  it('leaves the refresh token and the other access tokens of its family (§2.1)', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const first = await login(keys);
    const { body: second } = await refresh(keys, first.refresh_token);
    await revoke(first.access_token, keys);
    expect(await isActive(first.access_token, keys)).toBe(false);
    expect(await isActive(second.access_token, keys)).toBe(true);
    expect(await isActive(second.refresh_token, keys)).toBe(true);
  });

  it('lasts as long as the token would have', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys, { validity_period: '3600' });
    await revoke(token, keys);
    issuer.clock.advance(3_599_999);
    while ((await issuer.store.sweep(issuer.clock.now())) > 0);
    expect(await isActive(token, keys)).toBe(false);
  });

  it('is for its own client: another one is told so, and the token stays (§2.1)', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys);
    expect(await revoke(token, await keysOf({ scopes: ['introspect'] }))).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    });
    expect(await isActive(token, keys)).toBe(true);
  });

  it('ends one that has no scope at the moment: with the scope it does not come back', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys, { scope: 'read' });
    const { clientId } = keys.client.keySet;
    await updateKeys(issuer.deps, issuer.actor, { clientId, scopes: ['default'] });
    await revoke(token, keys);
    await updateKeys(issuer.deps, issuer.actor, { clientId, scopes: ['default', 'read'] });
    expect(await isActive(token, keys)).toBe(false);
  });

  it.each(['refresh_token', 'access_token', 'nonsense'])('finds it despite the hint %s (§2.1)', async (hint) => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys);
    await revoke(token, keys, { token_type_hint: hint });
    expect(await isActive(token, keys)).toBe(false);
  });

  it('answers 200 for one that has expired, and for one of the keys before these', async () => {
    const keys = await keysOf({ accessTokenFormat });
    const { access_token: token } = await issuer.token(keys, { validity_period: '1' });
    const { access_token: other } = await issuer.token(keys);
    issuer.clock.advance(1000);
    expect(await revoke(token, keys)).toMatchObject({ status: 200, text: '{}' });
    const { clientId } = keys.client.keySet;
    await deleteKeys(issuer.deps, issuer.actor, { clientId });
    const applicationId = keys.client.application.id;
    const anew = await generateKeys(issuer.deps, issuer.actor, { applicationId, clientId });
    expect(await revoke(other, anew)).toMatchObject({ status: 200, text: '{}' });
  });
});

describe('revocation of a refresh token', () => {
  it.each(formats)('ends everything of its family, and of no other (%s; RFC 7009 §2.1)', async (accessTokenFormat) => {
    const keys = await keysOf({ accessTokenFormat });
    const [first, other] = [await login(keys), await login(keys)];
    const { body: second } = await refresh(keys, first.refresh_token);
    expect(await revoke(second.refresh_token, keys)).toMatchObject({ status: 200, text: '{}' });
    const ended = [first.access_token, second.access_token, second.refresh_token];
    for (const token of ended) expect(await isActive(token, keys)).toBe(false);
    expect(await refresh(keys, second.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    for (const token of [other.access_token, other.refresh_token]) expect(await isActive(token, keys)).toBe(true);
  });

  it('that was spent already ends its family too: the client may not have got the successor', async () => {
    const keys = await keysOf();
    const first = await login(keys);
    const { body: second } = await refresh(keys, first.refresh_token);
    await revoke(first.refresh_token, keys);
    expect(await isActive(second.access_token, keys)).toBe(false);
    expect(await isActive(second.refresh_token, keys)).toBe(false);
  });

  it('is for its own client: another one is told so, and the family stays', async () => {
    const keys = await keysOf();
    const { refresh_token: token } = await login(keys);
    expect(await revoke(token, await keysOf())).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect(await isActive(token, keys)).toBe(true);
  });

  it('with an altered MAC ends nothing', async () => {
    const keys = await keysOf();
    const { refresh_token: token } = await login(keys);
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    expect(await revoke(altered, keys)).toMatchObject({ status: 200, text: '{}' });
    expect(await isActive(token, keys)).toBe(true);
  });

  it('wins against refreshes at the same moment: after its answer nothing is active', async () => {
    const keys = await keysOf();
    const { refresh_token: token } = await login(keys);
    const refreshes = times(callers, () => refresh(keys, token));
    await revoke(token, keys);
    const given = (await Promise.all(refreshes)).flatMap(({ body }) => [body.access_token, body.refresh_token]);
    for (const each of given.filter((text) => text !== undefined)) expect(await isActive(each, keys)).toBe(false);
  });
});

describe('the revocation endpoint', () => {
  it.each(['garbage', 'tga_unknown', 'tgr_fam_x.0.a.b', 'eyJhbGciOiJub25lIn0.e30.AA', '\uFFFD'])(
    'answers %p with 200 (RFC 7009 §2.2)',
    async (token) => {
      expect(await revoke(token, await keysOf())).toMatchObject({ status: 200, text: '{}' });
    },
  );

  test.each(['', 'token=', 'token=a&token=a'])('refuses the body %p with invalid_request (§2.1)', async (body) => {
    const answer = await issuer.post('/revoke', body, basic(await keysOf()));
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('refuses who does not authenticate, and ends nothing', async () => {
    const keys = await keysOf();
    const { access_token: token } = await issuer.token(keys);
    const answer = await issuer.post('/revoke', { token });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(await isActive(token, keys)).toBe(true);
  });

  it('takes the client id of a public client', async () => {
    const keys = await keysOf({ authenticationMethod: 'NONE', grantTypes: ['password', 'refresh_token'] });
    await issuer.user('bob');
    const form = { client_id: keys.client.keySet.clientId };
    const grant = { grant_type: 'password', username: 'bob', password: 'correct horse battery' };
    const { body } = await issuer.post('/token', grant, { form });
    expect(await issuer.post('/revoke', { token: body.refresh_token }, { form })).toMatchObject({ status: 200 });
    expect(await isActive(body.access_token, await keysOf({ scopes: ['introspect'] }))).toBe(false);
  });

  it('says 503 when the store did not take it, never 200 (§2.2.1)', async () => {
    const keys = await keysOf();
    const { access_token: token } = await issuer.token(keys);
    const tokens = { ...issuer.store.tokens, denyJwt: () => Promise.reject(new StoreUnavailable('away')) };
    const endpoint = revokeEndpoint({ ...issuer.oauth, store: { ...issuer.store, tokens } });
    const request = { method: 'POST', query: '', requestId: 'req-2', body: Buffer.from(`token=${token}`) };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await endpoint
      .handle({ ...request, headers, authorization: basic(keys).authorization ?? [] })
      .catch((error: unknown) => errorResponse(error, { issuer: issuer.oauth.issuer, requestId: 'req-2' }));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });
});
