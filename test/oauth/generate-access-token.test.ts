import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { updateApplication } from '../../src/applications/update-application.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import {
  generateAccessToken,
  type GenerateAccessTokenInput,
} from '../../src/oauth/management/generate-access-token.js';
import { removeOutlivedKeys } from '../../src/signing-keys/remove-outlived-keys.js';
import { rotateSigningKey } from '../../src/signing-keys/rotate-signing-key.js';
import { actorWith, refusalOf } from '../management/open-management.js';
import { sweepAll } from '../store/registration-reading.js';
import { basic, openIssuer, type Issuer } from './open-issuer.js';

let issuer: Issuer;
let keys: GeneratedKeys;
let clientId: string;
beforeEach(async () => {
  issuer = await openIssuer();
  keys = await issuer.keys({
    grantTypes: ['client_credentials', 'password'],
    scopes: ['read', 'default', 'write'],
    maxAccessTokenLifetimeSeconds: 7200,
  });
  ({ clientId } = keys.client.keySet);
});
afterEach(() => issuer.close());

const generate = (input: Partial<GenerateAccessTokenInput> = {}, actor = issuer.actor) =>
  generateAccessToken(issuer.oauth, actor, { clientId, ...input });
const introspect = (token: string) => issuer.introspect(token, keys);

describe('generateAccessToken', () => {
  it.each(['JWT', 'OPAQUE'] as const)('gives a %s token like client_credentials would', async (accessTokenFormat) => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, accessTokenFormat });
    const made = await generate({ scopes: ['write', 'read', 'read'], validityPeriodSeconds: 60 });
    expect(made).toMatchObject({ tokenType: 'Bearer', expiresInSeconds: 60, scopes: ['read', 'write'] });
    const claims = await introspect(made.accessToken.reveal());
    expect(claims).toMatchObject({ active: true, scope: 'read write', client_id: clientId, sub: clientId });
    expect(claims.exp - claims.iat).toBe(60);
  });

  it('gives the default scopes and lifetime where nothing is asked for', async () => {
    const asked = { scopes: null, validityPeriodSeconds: null, revokeToken: null };
    expect(await generate(asked)).toMatchObject({ scopes: ['default'], expiresInSeconds: 3600 });
  });

  it('writes an audit event without the token', async () => {
    const { accessToken } = await generate({ scopes: ['read'] });
    const [event] = await issuer.eventsOf('generateAccessToken');
    expect(event).toMatchObject({ actor: 'console', outcome: 'ok', target: keys.client.keySet.id });
    expect(JSON.stringify(event)).not.toContain(accessToken.reveal());
    expect(JSON.parse(event?.changes ?? '')).toEqual({ scopes: ['read'], expiresInSeconds: 3600, revoked: false });
  });

  it('needs every management scope that the keys hold', async () => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, scopes: ['default', 'users:read', 'introspect'] });
    const half = actorWith(['applications:write', 'users:read']);
    expect(await refusalOf(generate({ scopes: ['default'] }, half))).toEqual({ code: 'FORBIDDEN' });
    const whole = actorWith(['users:read', 'introspect']);
    expect(await generate({ scopes: ['users:read'] }, whole)).toMatchObject({ scopes: ['users:read'] });
  });

  test.each([
    { what: 'an unknown client id', input: { clientId: 'nobody' }, code: 'NOT_FOUND', field: undefined },
    { what: 'a client id that cannot be one', input: { clientId: '' }, code: 'BAD_USER_INPUT', field: 'clientId' },
    {
      what: 'a scope that the keys lack',
      input: { scopes: ['read', 'root'] },
      code: 'BAD_USER_INPUT',
      field: 'scopes.1',
    },
    { what: 'two scopes in one', input: { scopes: ['read write'] }, code: 'BAD_USER_INPUT', field: 'scopes.0' },
    { what: 'an empty list of scopes', input: { scopes: [] }, code: 'BAD_USER_INPUT', field: 'scopes' },
    ...[0, -1, 7201, 1.5, Number.NaN].map((validityPeriodSeconds) => ({
      what: `a lifetime of ${validityPeriodSeconds}`,
      input: { validityPeriodSeconds },
      code: 'BAD_USER_INPUT',
      field: 'validityPeriodSeconds',
    })),
    { what: 'garbage to revoke', input: { revokeToken: 'x' }, code: 'BAD_USER_INPUT', field: 'revokeToken' },
  ])('refuses $what', async ({ input, code, field }) => {
    expect(await refusalOf(generate(input))).toEqual({ code, ...(field === undefined ? {} : { field }) });
    expect(await issuer.eventsOf('generateAccessToken')).toEqual([]);
  });

  it('refuses when nothing is asked for and the keys have no default scope', async () => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, scopes: ['read'] });
    expect(await refusalOf(generate())).toEqual({ code: 'BAD_USER_INPUT', field: 'scopes' });
  });

  test.each([
    {
      what: 'without the grant type',
      off: () => disableGrantTypes(issuer.deps, issuer.actor, { clientId, grantTypes: ['client_credentials'] }),
    },
    { what: 'with the keys disabled', off: () => updateKeys(issuer.deps, issuer.actor, { clientId, enabled: false }) },
    {
      what: 'with the application disabled',
      off: () => updateApplication(issuer.deps, issuer.actor, { id: keys.client.application.id, enabled: false }),
    },
  ])('is a CONFLICT $what', async ({ off }) => {
    await off();
    expect(await refusalOf(generate())).toEqual({ code: 'CONFLICT' });
  });
});

const tooOld = (): Promise<void> => {
  issuer.clock.advance(3_600_000);
  return Promise.resolve();
};

/** Its row, if it had one, is gone, and so is the key that signed it. */
const sweptLater = async (): Promise<void> => {
  await rotateSigningKey(issuer.oauth, issuer.actor, { algorithm: 'ES256', immediately: false });
  issuer.clock.advance(400 * 86_400_000);
  await removeOutlivedKeys(issuer.oauth);
  await sweepAll(issuer.store, issuer.clock.now());
};

describe('generateAccessToken with revokeToken', () => {
  it.each(['JWT', 'OPAQUE'] as const)('ends the %s token before it', async (accessTokenFormat) => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, accessTokenFormat });
    const former = (await generate()).accessToken.reveal();
    issuer.clock.advance(1000);
    const fresh = (await generate({ revokeToken: former })).accessToken.reveal();
    expect(await introspect(former)).toEqual({ active: false });
    expect(await introspect(fresh)).toMatchObject({ active: true });
    const [event] = await issuer.eventsOf('generateAccessToken');
    expect(JSON.parse(event?.changes ?? '')).toMatchObject({ revoked: true });
  });

  test.each([
    { what: 'has expired', over: tooOld },
    { what: 'expired long ago', over: sweptLater },
    { what: 'was revoked', over: (token: string) => issuer.post('/revoke', { token }, basic(keys)) },
    {
      what: 'lost its signing key',
      leaves: 'OPAQUE',
      over: () => rotateSigningKey(issuer.oauth, issuer.actor, { algorithm: 'ES256', immediately: true }),
    },
    {
      what: 'belonged to keys that were made anew',
      over: async () => {
        const { application } = keys.client;
        await deleteKeys(issuer.deps, issuer.actor, { clientId });
        keys = await issuer.keys({ applicationId: application.id, clientId });
      },
    },
  ])(
    'goes on from a token that $what, and tells in its event that nothing was left to end',
    async ({ over, leaves }) => {
      for (const accessTokenFormat of ['JWT', 'OPAQUE'] as const) {
        await updateKeys(issuer.deps, issuer.actor, { clientId, accessTokenFormat });
        const former = (await generate()).accessToken.reveal();
        await over(former);
        issuer.clock.advance(1000);
        const fresh = await generate({ revokeToken: former });
        expect(await introspect(fresh.accessToken.reveal())).toMatchObject({ active: true });
        const [event] = await issuer.eventsOf('generateAccessToken');
        expect(JSON.parse(event?.changes ?? '')).toMatchObject({ revoked: accessTokenFormat === leaves });
      }
    },
  );

  it.each(['JWT', 'OPAQUE'] as const)('refuses a %s token that was altered, or cut', async (accessTokenFormat) => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, accessTokenFormat });
    const token = (await generate()).accessToken.reveal();
    const altered = accessTokenFormat === 'JWT' ? token.replace(/\.[^.]{4}/, '.AAAA') : `${token}x`;
    for (const revokeToken of [altered, token.slice(0, -1), '', 'tga_', 'tgr_fam_x.1.mac'])
      expect(await refusalOf(generate({ revokeToken }))).toEqual({ code: 'BAD_USER_INPUT', field: 'revokeToken' });
    expect(await introspect(token)).toMatchObject({ active: true });
  });

  it('ends no user token, refresh token or token of other keys, and makes none then', async () => {
    await issuer.user('alice');
    const other = await issuer.keys();
    const sandbox = await issuer.keys({ environment: 'SANDBOX', applicationId: keys.client.application.id });
    const login = { grant_type: 'password', username: 'alice', password: 'correct horse battery' };
    const tokens = [
      (await issuer.token(keys, login)).access_token,
      (await issuer.token(other)).access_token,
      (await issuer.token(sandbox)).access_token,
    ];
    const viewer = await issuer.keys({ scopes: ['introspect'] });
    for (const revokeToken of tokens) {
      expect(await refusalOf(generate({ revokeToken }))).toEqual({ code: 'BAD_USER_INPUT', field: 'revokeToken' });
      expect(await issuer.introspect(revokeToken, viewer)).toMatchObject({ active: true });
    }
    expect(await issuer.eventsOf('generateAccessToken')).toEqual([]);
  });
});
