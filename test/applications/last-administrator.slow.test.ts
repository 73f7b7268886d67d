import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteApplication } from '../../src/applications/delete-application.js';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { revokeClientSecret } from '../../src/applications/revoke-client-secret.js';
import { rotateClientSecret } from '../../src/applications/rotate-client-secret.js';
import { updateApplication } from '../../src/applications/update-application.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { later } from '../../src/model/clock.js';
import {
  callers,
  openManagement,
  outcomesOf,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';
import { addApplication } from '../statistics/fixture.js';
import { turnsDuring } from '../support/turns.js';

let management: Management;
let only: GeneratedKeys;
beforeEach(async () => {
  management = await openManagement();
  only = await management.administrator({ grantTypes: ['client_credentials', 'password'] });
});
afterEach(() => management.close());

/** Every way to take from a client the ability to administer. */
const takings: Readonly<Record<string, (keys: GeneratedKeys) => Promise<unknown>>> = {
  'disabling the application': ({ client }) =>
    updateApplication(management.deps, management.actor, { id: client.application.id, enabled: false }),
  'deleting the application': ({ client }) =>
    deleteApplication(management.deps, management.actor, { id: client.application.id }),
  'disabling the keys': ({ client }) =>
    updateKeys(management.deps, management.actor, { clientId: client.keySet.clientId, enabled: false }),
  'deleting the keys': ({ client }) =>
    deleteKeys(management.deps, management.actor, { clientId: client.keySet.clientId }),
  'taking the scope': ({ client }) =>
    updateKeys(management.deps, management.actor, { clientId: client.keySet.clientId, scopes: null }),
  'leaving out client_credentials': ({ client }) =>
    updateKeys(management.deps, management.actor, { clientId: client.keySet.clientId, grantTypes: ['password'] }),
  'disabling client_credentials': ({ client }) =>
    disableGrantTypes(management.deps, management.actor, {
      clientId: client.keySet.clientId,
      grantTypes: ['client_credentials'],
    }),
  'revoking its secret': ({ client }) =>
    revokeClientSecret(management.deps, management.actor, {
      clientId: client.keySet.clientId,
      secretId: client.keySet.secrets[0]?.id ?? '',
    }),
  'rotating to a secret that ends': ({ client }) =>
    rotateClientSecret(management.deps, management.actor, {
      clientId: client.keySet.clientId,
      expiresAt: later(management.clock.now(), 60),
    }),
};
const ways = Object.keys(takings);
const take = (way: string, keys: GeneratedKeys) => takings[way]?.(keys) ?? Promise.reject(new Error('no such way'));
const applicationOf = ({ client }: GeneratedKeys) => management.store.applications.find(client.application.id);

describe('the last administrator', () => {
  it.each(ways)('is kept from %s', async (way) => {
    const before = await applicationOf(only);
    expect(await refusalOf(take(way, only))).toEqual({ code: 'CONFLICT' });
    expect(await applicationOf(only)).toEqual(before);
  });

  it('is looked for in a hundred applications at a time, and others have their turn in between', async () => {
    const names = Array.from({ length: 501 }, (_, index) => `Orchard ${index}`);
    await Promise.all(names.map((name) => addApplication(management.store, name)));
    const disable = () => refusalOf(take('disabling the application', only));
    expect(await disable()).toEqual({ code: 'CONFLICT' });
    expect(await turnsDuring(disable)).toBeGreaterThanOrEqual(5);
  });

  it.each(ways)('does not mind %s when another application administers', async (way) => {
    await management.administrator();
    expect(await refusalOf(take(way, only))).toBe('no refusal');
  });

  it('may change in every other way', async () => {
    const { application, keySet } = only.client;
    const { clientId } = keySet;
    await updateApplication(management.deps, management.actor, { id: application.id, name: 'Console', enabled: true });
    await updateKeys(management.deps, management.actor, {
      ...{ clientId, scopes: ['applications:write', 'users:read'], audience: ['api'], enabled: true },
    });
    await disableGrantTypes(management.deps, management.actor, { clientId, grantTypes: ['password'] });
    await rotateClientSecret(management.deps, management.actor, { clientId });
    await take('revoking its secret', only);
    expect(await management.eventsOf('keepAdministrator')).toEqual([]);
  });

  it('may hand over to the other environment of its application', async () => {
    const sandbox = await management.administrator({
      applicationId: only.client.application.id,
      environment: 'SANDBOX',
    });
    await take('deleting the keys', only);
    expect(await refusalOf(take('deleting the keys', sandbox))).toEqual({ code: 'CONFLICT' });
  });

  it('may hand over to a client with a JWK set', async () => {
    const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const jwks = JSON.stringify({ keys: [jwk] });
    const signer = await management.administrator({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
    await take('deleting the application', only);
    expect(await refusalOf(take('disabling the keys', signer))).toEqual({ code: 'CONFLICT' });
  });

  it.each([
    ['whose keys are disabled', 'disabling the keys'],
    ['whose application is disabled', 'disabling the application'],
    ['without the scope', 'taking the scope'],
    ['without client_credentials', 'disabling client_credentials'],
    ['without a secret', 'revoking its secret'],
    ['whose secret will end', 'rotating to a secret that ends'],
  ])('cannot hand over to a client %s', async (_, way) => {
    await take(way, await management.administrator());
    for (const taking of ways) expect(await refusalOf(take(taking, only))).toEqual({ code: 'CONFLICT' });
  });

  it('cannot be removed when the other has nothing but a secret that is over', async () => {
    const other = await management.administrator();
    await take('rotating to a secret that ends', other);
    await take('revoking its secret', other);
    management.clock.advance(3_600_000);
    for (const taking of ways) expect(await refusalOf(take(taking, only))).toEqual({ code: 'CONFLICT' });
  });

  it('is found behind many applications', async () => {
    for (const page of times(3, (n) => n)) {
      await Promise.all(times(callers, (n) => management.application(`Filler ${page} ${n}`)));
    }
    const other = await management.administrator();
    await take('deleting the application', only);
    expect(await refusalOf(take('deleting the application', other))).toEqual({ code: 'CONFLICT' });
  });
});

describe('administrators who take the ability from each other at the same moment', () => {
  const administering = async (all: readonly GeneratedKeys[]): Promise<number> => {
    const found = await Promise.all(all.map(applicationOf));
    return found.filter((application) => {
      const keySet = application?.keys.PRODUCTION;
      return (
        application?.enabled === true &&
        keySet?.enabled === true &&
        keySet.scopes.includes('applications:write') &&
        keySet.grantTypes.includes('client_credentials') &&
        keySet.secrets.at(-1)?.expiresAt === undefined &&
        keySet.secrets.length > 0
      );
    }).length;
  };

  it.each(ways)('leave one of two (%s, 64 callers)', async (way) => {
    const pair = [only, await management.administrator()];
    const calls = times(callers, (n) => take(way, n % 2 === 0 ? only : (pair[1] ?? only)));
    const { refused } = await outcomesOf(calls);
    expect(await administering(pair)).toBe(1);
    expect(refused.CONFLICT).toBeGreaterThan(0);
  });

  it('leave one of eight, each taken in every way at once', async () => {
    const all = [only, ...(await Promise.all(times(7, () => management.administrator())))];
    await outcomesOf(all.flatMap((keys) => ways.map((way) => take(way, keys))));
    expect(await administering(all)).toBe(1);
  });

  it('leave one while others are given the ability and lose it again', async () => {
    const others = await Promise.all(times(6, () => management.keys()));
    const all = [only, await management.administrator(), ...others];
    const give = ({ client }: GeneratedKeys) =>
      updateKeys(management.deps, management.actor, {
        clientId: client.keySet.clientId,
        scopes: ['applications:write'],
      });
    const rounds = times(4, () => all.flatMap((keys) => [take('taking the scope', keys), give(keys)]));
    await outcomesOf(rounds.flat());
    expect(await administering(all)).toBeGreaterThan(0);
    await outcomesOf(all.map((keys) => take('taking the scope', keys)));
    expect(await administering(all)).toBe(1);
  });
});
