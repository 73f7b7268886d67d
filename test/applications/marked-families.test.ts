import { afterEach, beforeEach, expect, it, test } from '@jest/globals';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import { enableGrantTypes } from '../../src/applications/enable-grant-types.js';
import { revokeClientSecret } from '../../src/applications/revoke-client-secret.js';
import { updateApplication } from '../../src/applications/update-application.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { randomId } from '../../src/crypto/random-token.js';
import { revokeGrants } from '../../src/grants/revoke-grants.js';
import { markEnded } from '../../src/management/mark-ended.js';
import type { Client } from '../../src/model/application.js';
import { epochsOf } from '../../src/oauth/epochs.js';
import { openManagement, type Management } from '../management/open-management.js';
import { familyOf } from '../store/samples.js';

let management: Management;
let shop: Client;
beforeEach(async () => {
  management = await openManagement();
  shop = (await management.keys({ clientId: 'shop', grantTypes: ['password', 'refresh_token'] })).client;
  const { id: applicationId } = shop.application;
  await management.keys({ clientId: 'box', applicationId, environment: 'SANDBOX' });
});
afterEach(() => management.close());

/** A family as the password grant opens one now. */
const open = async (clientId: 'shop' | 'box', name: string = clientId): Promise<string> => {
  const client = await management.store.applications.findClient(clientId);
  if (client === undefined) throw new Error('The client is gone.');
  const at = management.clock.now();
  const family = familyOf(randomId('family'), {
    ...{ applicationId: client.application.id, keySetId: client.keySet.id, environment: client.keySet.environment },
    ...{ clientId, userId: name, epochs: epochsOf({ client, grantType: 'password' }) },
    ...{ issuedAt: at, idleExpiresAt: at + 60_000, absoluteExpiresAt: at + 60_000 },
  });
  await management.store.tokens.open(family);
  return family.id;
};

/** Who the families of the application are of, with the instant that they show. */
const shown = async () => {
  const { items } = await management.store.tokens.pageFamilies({}, { first: 100 });
  return Object.fromEntries(items.map(({ userId, revokedAt }) => [userId, revokedAt]));
};
const revokeAll = () => revokeGrants(management.deps, management.actor, { applicationId: shop.application.id });
const off = { enabled: false } as const;
const password = { clientId: 'shop', grantTypes: ['password'] } as const;

test.each<{ readonly what: string; readonly switchOff: () => Promise<unknown>; readonly box?: boolean }>([
  {
    what: 'a disabled application',
    switchOff: () => updateApplication(management.deps, management.actor, { id: shop.application.id, ...off }),
    box: true,
  },
  {
    what: 'a disabled key set',
    switchOff: () => updateKeys(management.deps, management.actor, { clientId: 'shop', ...off }),
  },
  {
    what: 'a deleted key set',
    switchOff: () => deleteKeys(management.deps, management.actor, { clientId: 'shop' }),
  },
  {
    what: 'a grant type taken away',
    switchOff: () => disableGrantTypes(management.deps, management.actor, password),
  },
  {
    what: 'a secret revoked with what was issued',
    switchOff: () => {
      const secretId = shop.keySet.secrets[0]?.id ?? '';
      return revokeClientSecret(management.deps, management.actor, { clientId: 'shop', secretId, revokeGrants: true });
    },
  },
])('$what marks the families that it ends, and they are not counted again', async ({ switchOff, box = false }) => {
  await open('shop');
  await open('box');
  management.clock.advance(1000);
  await switchOff();
  const at = management.clock.now();
  expect(await shown()).toEqual({ shop: at, box: box ? at : undefined });
  management.clock.advance(1000);
  expect(await revokeAll()).toBe(box ? 0 : 1);
});

it('leaves the families alone when REFRESH_TOKEN goes, and the secret alone', async () => {
  const secretId = shop.keySet.secrets[0]?.id ?? '';
  await open('shop');
  await disableGrantTypes(management.deps, management.actor, { clientId: 'shop', grantTypes: ['refresh_token'] });
  await revokeClientSecret(management.deps, management.actor, { clientId: 'shop', secretId });
  expect(await shown()).toEqual({ shop: undefined });
  expect(await revokeAll()).toBe(1);
});

it('leaves what was opened since alone, when the keys were enabled again before the old ones are marked', async () => {
  await open('shop', 'before');
  const { application: before } = shop;
  const { application: after } = await updateKeys(management.deps, management.actor, { clientId: 'shop', ...off });
  await updateKeys(management.deps, management.actor, { clientId: 'shop', enabled: true });
  await open('shop', 'since');
  expect(await markEnded(management.deps, { before, after })).toBe(0);
  expect(await shown()).toEqual({ before: management.clock.now(), since: undefined });
});

it('leaves what was opened since alone, when the grant type was given back before the old ones are marked', async () => {
  await open('shop', 'before');
  const { application: before } = shop;
  const { application: after } = await disableGrantTypes(management.deps, management.actor, password);
  await enableGrantTypes(management.deps, management.actor, password);
  await open('shop', 'since');
  expect(await markEnded(management.deps, { before, after })).toBe(0);
  expect(await shown()).toEqual({ before: management.clock.now(), since: undefined });
});
