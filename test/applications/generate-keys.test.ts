import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { generateKeys, type GenerateKeysInput } from '../../src/applications/generate-keys.js';
import type { Application } from '../../src/model/application.js';
import { Secret } from '../../src/model/secret.js';
import {
  actorWith,
  callers,
  openManagement,
  outcomesOf,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';

const publicJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const jwks = JSON.stringify({ keys: [publicJwk] });
const broughtSecret = new Secret('s'.repeat(20));

describe('generateKeys', () => {
  let management: Management;
  let shop: Application;
  beforeEach(async () => {
    management = await openManagement();
    shop = await management.application('Shop');
  });
  afterEach(() => management.close());

  const generate = (input: Partial<GenerateKeysInput> = {}, actor = management.actor) =>
    generateKeys(management.deps, actor, { applicationId: shop.id, ...input });
  const keySetIds = async () => {
    const { keys } = (await management.store.applications.find(shop.id)) ?? {};
    return [keys?.PRODUCTION?.id, keys?.SANDBOX?.id];
  };

  it('makes production keys for client_credentials alone, with one secret and the scope default', async () => {
    const { client, clientSecret } = await generate();
    expect(client.keySet).toEqual({
      id: expect.stringMatching(/^ks_/),
      clientId: expect.stringMatching(/^[A-Za-z0-9_-]{20}$/),
      environment: 'PRODUCTION',
      enabled: true,
      grantTypes: ['client_credentials'],
      scopes: ['default'],
      audience: [],
      redirectUris: [],
      authenticationMethod: 'CLIENT_SECRET_BASIC',
      accessTokenFormat: 'JWT',
      accessTokenAlgorithm: 'ES256',
      accessTokenHeaderType: 'AT_JWT',
      accessTokenLifetimeSeconds: 3600,
      maxAccessTokenLifetimeSeconds: 86_400,
      refreshTokenLifetimeSeconds: 2_592_000,
      refreshTokenIdleSeconds: 604_800,
      refreshTokenReuseWindowSeconds: 10,
      secrets: [
        {
          id: expect.stringMatching(/^sec_/),
          hint: clientSecret?.reveal().slice(-4),
          digest: expect.any(String),
          createdAt: management.clock.now(),
        },
      ],
      epoch: 0,
      grantEpochs: {},
      createdAt: management.clock.now(),
    });
    expect(client.application).toMatchObject({ id: shop.id, version: 2 });
    expect(await management.store.applications.findClient(client.keySet.clientId)).toEqual(client);
  });

  it('shows a secret of 256 random bits and keeps a keyed digest of it', async () => {
    const { client, clientSecret } = await generate();
    const secret = clientSecret?.reveal() ?? '';
    expect(secret).toMatch(/^tgs_[A-Za-z0-9_-]{43}$/);
    const [kept] = client.keySet.secrets;
    expect(management.deps.keyring.matches('client-secret', secret, kept?.digest ?? '')).toBe(true);
    expect(JSON.stringify(client)).not.toContain(secret);
    const [event] = await management.eventsOf('generateKeys');
    expect(event).toMatchObject({ target: client.application.id, outcome: 'ok' });
    expect(event?.changes).not.toContain(secret);
    expect(event?.changes).not.toContain(kept?.digest);
  });

  it('is CONFLICT where keys are already; each environment has its own', async () => {
    const production = await generate();
    expect(await refusalOf(generate())).toEqual({ code: 'CONFLICT', field: 'environment' });
    const sandbox = await generate({ environment: 'SANDBOX' });
    expect(await keySetIds()).toEqual([production.client.keySet.id, sandbox.client.keySet.id]);
  });

  it('gives keys that are made anew under the same client id another id', async () => {
    const { client } = await generate({ clientId: 'old-friend' });
    await deleteKeys(management.deps, management.actor, { clientId: 'old-friend' });
    const again = await generate({ clientId: 'old-friend' });
    expect(again.client.keySet.id).not.toBe(client.keySet.id);
  });

  it('takes a client id and a secret that were brought along', async () => {
    const clientId = ' ~!"\\';
    const { client, clientSecret } = await generate({ clientId, clientSecret: broughtSecret });
    expect(client.keySet.clientId).toBe(clientId);
    expect(clientSecret).toBe(broughtSecret);
    expect(client.keySet.secrets[0]).toMatchObject({ hint: 'ssss' });
  });

  it('is CONFLICT on a client id that another key set has, of this application or another', async () => {
    await generate({ clientId: 'taken' });
    const elsewhere = await management.application();
    const taken = { code: 'CONFLICT', field: 'clientId' };
    expect(await refusalOf(generate({ environment: 'SANDBOX', clientId: 'taken' }))).toEqual(taken);
    expect(await refusalOf(generate({ applicationId: elsewhere.id, clientId: 'taken' }))).toEqual(taken);
    expect(await management.store.applications.find(elsewhere.id)).toEqual(elsewhere);
  });

  it.each(['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST'] as const)('%s has a secret', async (authenticationMethod) => {
    const { client, clientSecret } = await generate({ authenticationMethod });
    expect(client.keySet).toMatchObject({ authenticationMethod, secrets: [{}] });
    expect(clientSecret).toBeDefined();
  });

  it('NONE has no secret and no client_credentials', async () => {
    const made = await generate({ authenticationMethod: 'NONE', grantTypes: ['password', 'refresh_token'] });
    expect(made).not.toHaveProperty('clientSecret');
    expect(made.client.keySet).toMatchObject({ secrets: [], grantTypes: ['password', 'refresh_token'] });
  });

  it('PRIVATE_KEY_JWT has a JWK set and no secret', async () => {
    const made = await generate({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
    expect(made).not.toHaveProperty('clientSecret');
    expect(made.client.keySet).toMatchObject({ secrets: [], jwks });
  });

  it.each(['RS256', 'EDDSA'] as const)('makes the signing key for %s when keys ask for it', async (algorithm) => {
    const keysFor = async () =>
      (await management.store.signingKeys.list()).filter((key) => key.algorithm === algorithm);
    expect(await keysFor()).toEqual([]);
    await generate({ accessTokenAlgorithm: algorithm });
    expect(await keysFor()).toHaveLength(1);
  });

  it('hands out no management scope that the actor does not hold', async () => {
    const actor = actorWith(['applications:write', 'users:read']);
    for (const scope of ['users:write', 'introspect', 'settings:write']) {
      expect(await refusalOf(generate({ scopes: ['default', scope] }, actor))).toEqual({ code: 'FORBIDDEN' });
    }
    expect(await keySetIds()).toEqual([undefined, undefined]);
    const { client } = await generate({ scopes: ['users:read', 'default'] }, actor);
    expect(client.keySet.scopes).toEqual(['users:read', 'default']);
  });

  it('needs what the other key set of the application holds', async () => {
    await generate({ scopes: ['audit:read'] });
    const sandbox = { environment: 'SANDBOX' } as const;
    expect(await refusalOf(generate(sandbox, actorWith(['applications:write'])))).toEqual({ code: 'FORBIDDEN' });
  });

  it('is NOT_FOUND for an unknown application', async () => {
    expect(await refusalOf(generate({ applicationId: 'app_unknown' }))).toEqual({ code: 'NOT_FOUND' });
  });

  it('makes one key set of 64 calls', async () => {
    expect(await outcomesOf(times(callers, () => generate()))).toEqual({
      done: 1,
      refused: { CONFLICT: callers - 1 },
    });
  });

  describe('with an idempotency key', () => {
    const idempotencyKey = 'deploy-1';

    it('shows the secret once and answers again with the same keys', async () => {
      const first = await generate({ idempotencyKey });
      const second = await generate({ idempotencyKey, environment: 'PRODUCTION', scopes: null });
      expect(first.clientSecret).toBeDefined();
      expect(second).toEqual({ client: first.client });
      expect(await management.eventsOf('generateKeys')).toHaveLength(1);
    });

    it('makes one key set of 64 calls and shows its secret to one', async () => {
      const made = await Promise.all(times(callers, () => generate({ idempotencyKey })));
      expect(new Set(made.map(({ client }) => client.keySet.id)).size).toBe(1);
      expect(made.filter(({ clientSecret }) => clientSecret !== undefined)).toHaveLength(1);
    });

    it('is CONFLICT with another input, whatever the secret', async () => {
      await generate({ idempotencyKey, clientSecret: broughtSecret });
      expect(await refusalOf(generate({ idempotencyKey, scopes: ['test'] }))).toEqual({
        code: 'CONFLICT',
        field: 'idempotencyKey',
      });
      expect(await generate({ idempotencyKey, clientSecret: new Secret('x'.repeat(20)) })).not.toHaveProperty(
        'clientSecret',
      );
    });

    it('gets the key back when the call was refused', async () => {
      expect(await refusalOf(generate({ idempotencyKey, applicationId: 'app_unknown' }))).toEqual({
        code: 'NOT_FOUND',
      });
      expect((await generate({ idempotencyKey })).clientSecret).toBeDefined();
    });

    it('is NOT_FOUND when the keys were deleted since', async () => {
      const { client } = await generate({ idempotencyKey });
      await deleteKeys(management.deps, management.actor, { clientId: client.keySet.clientId });
      expect(await refusalOf(generate({ idempotencyKey }))).toEqual({ code: 'NOT_FOUND', field: 'idempotencyKey' });
    });
  });
});

describe('generateKeys refuses on its field and makes nothing:', () => {
  let management: Management;
  let shop: Application;
  beforeAll(async () => {
    management = await openManagement();
    shop = await management.application('Shop');
  });
  afterAll(() => management.close());

  const privateJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const withJwks = (text: string | null) => ({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: text });

  test.each<{ readonly what: string; readonly input: object; readonly field: string }>([
    { what: 'an application id with U+0000', input: { applicationId: '\0' }, field: 'applicationId' },
    { what: 'an empty client id', input: { clientId: '' }, field: 'clientId' },
    { what: 'a client id of 256 characters', input: { clientId: 'c'.repeat(256) }, field: 'clientId' },
    { what: 'a client id with U+0000', input: { clientId: 'c\0' }, field: 'clientId' },
    { what: 'a client id with an umlaut', input: { clientId: 'ü' }, field: 'clientId' },
    { what: 'a client id like a user id', input: { clientId: 'usr_1' }, field: 'clientId' },
    { what: 'a secret of 19 characters', input: { clientSecret: new Secret('s'.repeat(19)) }, field: 'clientSecret' },
    { what: 'a secret of 256 characters', input: { clientSecret: new Secret('s'.repeat(256)) }, field: 'clientSecret' },
    {
      what: 'a secret with U+0000',
      input: { clientSecret: new Secret(`${broughtSecret.reveal()}\0`) },
      field: 'clientSecret',
    },
    {
      what: 'a secret for NONE',
      input: { authenticationMethod: 'NONE', grantTypes: [], clientSecret: broughtSecret },
      field: 'clientSecret',
    },
    {
      what: 'a secret for PRIVATE_KEY_JWT',
      input: { ...withJwks(jwks), clientSecret: broughtSecret },
      field: 'clientSecret',
    },
    { what: 'PRIVATE_KEY_JWT without a JWK set', input: withJwks(null), field: 'jwks' },
    { what: 'a JWK set that is no JSON', input: withJwks('keys'), field: 'jwks' },
    { what: 'a JWK set with a private key', input: withJwks(JSON.stringify({ keys: [privateJwk] })), field: 'jwks' },
    { what: 'a JWK set for a client with a secret', input: { jwks }, field: 'jwks' },
    { what: 'a JWK set for NONE', input: { authenticationMethod: 'NONE', grantTypes: [], jwks }, field: 'jwks' },
    {
      what: 'client_credentials for NONE',
      input: { authenticationMethod: 'NONE', grantTypes: ['client_credentials'] },
      field: 'grantTypes',
    },
    { what: 'null for the grant types', input: { grantTypes: null }, field: 'grantTypes' },
    { what: 'grant types without end', input: { grantTypes: times(21, () => 'password') }, field: 'grantTypes' },
    { what: 'an empty idempotency key', input: { idempotencyKey: '' }, field: 'idempotencyKey' },
  ])('$what ($field)', async ({ input, field }) => {
    const call = generateKeys(management.deps, management.actor, { applicationId: shop.id, ...input });
    expect(await refusalOf(call)).toEqual({ code: 'BAD_USER_INPUT', field });
    expect(await management.store.applications.find(shop.id)).toEqual(shop);
  });
});
