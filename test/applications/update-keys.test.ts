import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { updateApplication } from '../../src/applications/update-application.js';
import { updateKeys, type UpdateKeysInput } from '../../src/applications/update-keys.js';
import type { Client, KeySet } from '../../src/model/application.js';
import { isPrivilegedScope } from '../../src/model/management-scope.js';
import {
  actorWith,
  callers,
  openManagement,
  outcomesOf,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';

const newJwks = () => JSON.stringify({ keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })] });

let management: Management;
let client: Client;
beforeEach(async () => {
  management = await openManagement();
  ({ client } = await management.keys({
    clientId: 'shop',
    grantTypes: ['client_credentials', 'password', 'refresh_token'],
    scopes: ['default', 'orders', 'prices'],
    defaultScopes: ['orders', 'prices'],
  }));
});
afterEach(() => management.close());

const update = (input: Partial<UpdateKeysInput>, actor = management.actor) =>
  updateKeys(management.deps, actor, { clientId: 'shop', ...input });
const stored = async (): Promise<KeySet | undefined> =>
  (await management.store.applications.findClient('shop'))?.keySet;
const epochs = async () => {
  const { epoch, grantEpochs } = (await stored()) ?? {};
  return { epoch, grantEpochs };
};
const unraised = { epoch: 0, grantEpochs: {} };

describe('updateKeys', () => {
  it('changes what is given and leaves the rest', async () => {
    const { keySet, application } = await update({
      audience: ['https://api.example'],
      redirectUris: ['https://app.example/cb'],
      accessTokenFormat: 'OPAQUE',
      accessTokenHeaderType: 'JWT',
      accessTokenLifetimeSeconds: 60,
    });
    expect(keySet).toEqual({
      ...client.keySet,
      audience: ['https://api.example'],
      redirectUris: ['https://app.example/cb'],
      accessTokenFormat: 'OPAQUE',
      accessTokenHeaderType: 'JWT',
      accessTokenLifetimeSeconds: 60,
    });
    expect(application.version).toBe(client.application.version + 1);
    expect(await stored()).toEqual(keySet);
  });

  it('goes back to the defaults with null', async () => {
    await update({ audience: ['api'], accessTokenFormat: 'OPAQUE', accessTokenLifetimeSeconds: 60 });
    const { keySet } = await update({
      scopes: null,
      defaultScopes: null,
      audience: null,
      redirectUris: null,
      accessTokenFormat: null,
      accessTokenAlgorithm: null,
      accessTokenHeaderType: null,
      accessTokenLifetimeSeconds: null,
    });
    expect(keySet).toMatchObject({ scopes: ['default'], audience: [], redirectUris: [], accessTokenFormat: 'JWT' });
    expect(keySet).toMatchObject({ accessTokenLifetimeSeconds: 3600 });
    expect(keySet).not.toHaveProperty('defaultScopes');
  });

  it('takes a scope out of the default scopes with the scope', async () => {
    const { keySet } = await update({ scopes: ['default', 'prices'] });
    expect(keySet).toMatchObject({ scopes: ['default', 'prices'], defaultScopes: ['prices'] });
    expect(await epochs()).toEqual(unraised);
  });

  it('keeps each scope, audience and redirect URI once, in the order given', async () => {
    const { keySet } = await update({
      scopes: ['b', 'a', 'b'],
      audience: ['z', 'y', 'z'],
      redirectUris: ['https://b.example/', 'https://a.example/', 'https://b.example/'],
    });
    expect(keySet).toMatchObject({
      scopes: ['b', 'a'],
      audience: ['z', 'y'],
      redirectUris: ['https://b.example/', 'https://a.example/'],
    });
  });

  it('keeps grant types in the order of the table, and may leave none', async () => {
    const sorted = await update({ grantTypes: ['refresh_token', 'password', 'client_credentials', 'password'] });
    expect(sorted.keySet.grantTypes).toEqual(['client_credentials', 'password', 'refresh_token']);
    expect((await update({ grantTypes: [] })).keySet.grantTypes).toEqual([]);
  });

  it('raises the epoch when it disables, once, and lowers it never', async () => {
    expect((await update({ enabled: false })).keySet).toMatchObject({ enabled: false, epoch: 1 });
    expect((await update({ enabled: false })).keySet).toMatchObject({ enabled: false, epoch: 1 });
    expect((await update({ enabled: true })).keySet).toMatchObject({ enabled: true, epoch: 1 });
  });

  it('raises the epoch of each grant type that it removes, refresh_token excepted', async () => {
    await update({ grantTypes: ['client_credentials'] });
    expect(await epochs()).toEqual({ epoch: 0, grantEpochs: { password: 1 } });
    await update({ grantTypes: ['password'] });
    expect(await epochs()).toEqual({ epoch: 0, grantEpochs: { password: 1, client_credentials: 1 } });
    await update({ grantTypes: [] });
    expect(await epochs()).toEqual({ epoch: 0, grantEpochs: { password: 2, client_credentials: 1 } });
  });

  it('leaves the sandbox alone', async () => {
    const sandbox = await management.keys({ applicationId: client.application.id, environment: 'SANDBOX' });
    await update({ enabled: false, scopes: ['x'] });
    const application = await management.store.applications.find(client.application.id);
    expect(application?.keys.SANDBOX).toEqual(sandbox.client.keySet);
  });

  it('refuses an application version that is not the present one', async () => {
    await updateApplication(management.deps, management.actor, { id: client.application.id, description: 'new' });
    const { version } = client.application;
    expect(await refusalOf(update({ scopes: ['x'], ifVersion: version }))).toEqual({
      code: 'CONFLICT',
      field: 'ifVersion',
    });
    expect(await update({ scopes: ['x'], ifVersion: version + 1 })).toMatchObject({ keySet: { scopes: ['x'] } });
  });

  it('makes the signing key of the algorithm that it sets', async () => {
    await update({ accessTokenAlgorithm: 'EDDSA' });
    const algorithms = (await management.store.signingKeys.list()).map(({ algorithm }) => algorithm);
    expect(algorithms).toContain('EDDSA');
  });

  it('replaces the JWK set of a PRIVATE_KEY_JWT client and refuses to clear it', async () => {
    await management.keys({ clientId: 'signer', authenticationMethod: 'PRIVATE_KEY_JWT', jwks: newJwks() });
    const jwks = newJwks();
    expect((await update({ clientId: 'signer', jwks })).keySet.jwks).toBe(jwks);
    expect((await update({ clientId: 'signer', scopes: ['x'] })).keySet.jwks).toBe(jwks);
    expect(await refusalOf(update({ clientId: 'signer', jwks: null }))).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'jwks',
    });
  });

  it('loses none of 64 changes made at once', async () => {
    const calls = times(callers, (n) => update(n % 2 === 0 ? { scopes: [`s${n}`] } : { audience: [`a${n}`] }));
    expect(await outcomesOf(calls)).toEqual({ done: callers, refused: {} });
    expect((await stored())?.audience).toHaveLength(1);
    expect(await management.eventsOf('updateKeys')).toHaveLength(callers);
  });

  it('tells in its event what was before and after', async () => {
    await update({ scopes: ['default'], defaultScopes: null });
    const [event] = await management.eventsOf('updateKeys');
    expect(event).toMatchObject({ target: client.keySet.id, outcome: 'ok' });
    expect(JSON.parse(event?.changes ?? '')).toEqual({
      'keys.PRODUCTION.scopes': { before: ['default', 'orders', 'prices'], after: ['default'] },
      'keys.PRODUCTION.defaultScopes': { before: ['orders', 'prices'] },
    });
  });
});

describe('updateKeys and management scopes', () => {
  const all = ['applications:read', 'applications:write', 'users:read', 'users:write'];
  const more = ['statistics:read', 'audit:read', 'settings:write', 'introspect'];

  it.each([...all, ...more])('hands out %s only to who holds it', async (scope) => {
    const others = [...all, ...more].filter((name) => name !== scope);
    expect(await refusalOf(update({ scopes: [scope] }, actorWith(others)))).toEqual({ code: 'FORBIDDEN' });
    expect(await stored()).toEqual(client.keySet);
    expect((await update({ scopes: [scope] }, actorWith([scope]))).keySet.scopes).toEqual([scope]);
  });

  it('takes none away, and changes nothing else, without holding it', async () => {
    await update({ scopes: ['users:write', 'default'] });
    const without = actorWith([...all, ...more].filter((name) => name !== 'users:write'));
    for (const input of [{ scopes: ['default'] }, { enabled: false }, { accessTokenLifetimeSeconds: 60 }]) {
      expect(await refusalOf(update(input, without))).toEqual({ code: 'FORBIDDEN' });
    }
    expect((await stored())?.scopes.some(isPrivilegedScope)).toBe(true);
  });

  it('asks only for what this key set holds, not for what the other environment does', async () => {
    await management.keys({ applicationId: client.application.id, environment: 'SANDBOX', scopes: ['users:write'] });
    expect(await update({ audience: ['api'] }, actorWith(['applications:write']))).toBeDefined();
  });
});

test.each<{ readonly what: string; readonly input: object; readonly field: string }>([
  { what: 'an empty client id', input: { clientId: '' }, field: 'clientId' },
  { what: 'a client id with U+0000', input: { clientId: 'shop\0' }, field: 'clientId' },
  { what: 'null for enabled', input: { enabled: null }, field: 'enabled' },
  { what: 'null for the grant types', input: { grantTypes: null }, field: 'grantTypes' },
  { what: 'a version of 0', input: { ifVersion: 0 }, field: 'ifVersion' },
  { what: 'half a version', input: { ifVersion: 1.5 }, field: 'ifVersion' },
  { what: 'a JWK set for a client with a secret', input: { jwks: newJwks() }, field: 'jwks' },
  { what: 'a default scope that it lacks', input: { defaultScopes: ['orders', 'x'] }, field: 'defaultScopes.1' },
])('updateKeys refuses $what on $field and changes nothing', async ({ input, field }) => {
  expect(await refusalOf(update(input))).toEqual({ code: 'BAD_USER_INPUT', field });
  expect(await stored()).toEqual(client.keySet);
  expect(await management.eventsOf('updateKeys')).toEqual([]);
});

test('updateKeys of an unknown client is NOT_FOUND', async () => {
  expect(await refusalOf(update({ clientId: 'unknown' }))).toEqual({ code: 'NOT_FOUND' });
});
