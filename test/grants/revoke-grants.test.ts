import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { randomId } from '../../src/crypto/random-token.js';
import { revokeGrant } from '../../src/grants/revoke-grant.js';
import { revokeGrants, type RevokeGrantsInput } from '../../src/grants/revoke-grants.js';
import type { Client, KeySet } from '../../src/model/application.js';
import { later } from '../../src/model/clock.js';
import type { TokenFamily } from '../../src/model/token-family.js';
import type { User } from '../../src/model/user.js';
import {
  actorWith,
  callers,
  openManagement,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';

let management: Management;
beforeEach(async () => {
  management = await openManagement();
});
afterEach(() => management.close());

const user = async (username: string): Promise<User> => {
  const at = management.clock.now();
  const made = { id: randomId('user'), username, enabled: true, epoch: 0, createdAt: at };
  const { clientId: actor, requestId } = management.actor;
  const event = { id: randomId('event'), at, actor, action: 'createUser', outcome: 'ok', requestId };
  await management.store.users.create(made, event);
  return made;
};

/** A family as the password grant opens one. */
const family = async ({ application, keySet }: Client, owner: User): Promise<TokenFamily> => {
  const at = management.clock.now();
  const opened: TokenFamily = {
    ...{ id: randomId('family'), grantType: 'password', applicationId: application.id, keySetId: keySet.id },
    ...{ clientId: keySet.clientId, environment: keySet.environment, userId: owner.id, scopes: ['default'] },
    ...{ epochs: { client: keySet.epoch, grant: 0, user: owner.epoch }, generation: 0, generationAt: at },
    ...{ issuedAt: at, lastUsedAt: at, idleExpiresAt: later(at, 60), absoluteExpiresAt: later(at, 60) },
  };
  await management.store.tokens.open(opened);
  return opened;
};

const revokedAt = async ({ id }: TokenFamily) => (await management.store.tokens.findFamily(id))?.revokedAt;
const areRevoked = async (families: readonly TokenFamily[]) =>
  (await Promise.all(families.map(revokedAt))).map((at) => at !== undefined);
const revokeOne = (id: string) => revokeGrant(management.deps, management.actor, { id });
const revokeAll = (input: RevokeGrantsInput, actor = management.actor) => revokeGrants(management.deps, actor, input);

describe('revokeGrant', () => {
  it('ends one family, once and for all', async () => {
    const { client } = await management.keys();
    const alice = await user('alice');
    const [first, second] = [await family(client, alice), await family(client, alice)];
    const at = management.clock.now();
    expect(await revokeOne(first.id)).toEqual({ ...first, revokedAt: at });
    management.clock.advance(1000);
    expect(await revokeOne(first.id)).toEqual({ ...first, revokedAt: at });
    expect(await areRevoked([first, second])).toEqual([true, false]);
    const [event] = await management.eventsOf('revokeGrant');
    expect(event).toMatchObject({ target: first.id, outcome: 'ok' });
  });

  it('is NOT_FOUND for an unknown grant, BAD_USER_INPUT on an id that none can have', async () => {
    expect(await refusalOf(revokeOne('fam_unknown'))).toEqual({ code: 'NOT_FOUND' });
    for (const id of ['', 'f\0', 'f'.repeat(256)]) {
      expect(await refusalOf(revokeOne(id))).toEqual({ code: 'BAD_USER_INPUT', field: 'id' });
    }
  });
});

describe('revokeGrants', () => {
  let shop: Client;
  let sandbox: Client;
  let office: Client;
  let alice: User;
  let bob: User;
  beforeEach(async () => {
    shop = (await management.keys()).client;
    sandbox = (await management.keys({ applicationId: shop.application.id, environment: 'SANDBOX' })).client;
    office = (await management.keys()).client;
    [alice, bob] = [await user('alice'), await user('bob')];
  });

  const open = async () => ({
    aliceShop: await family(shop, alice),
    aliceSandbox: await family(sandbox, alice),
    aliceOffice: await family(office, alice),
    bobShop: await family(shop, bob),
  });
  const revokedOf = async (families: Readonly<Record<string, TokenFamily>>) => {
    const revoked = await areRevoked(Object.values(families));
    return Object.keys(families).filter((_, index) => revoked[index]);
  };
  const keySets = async ({ application }: Client): Promise<readonly (KeySet | undefined)[]> => {
    const { keys } = (await management.store.applications.find(application.id)) ?? {};
    return [keys?.PRODUCTION, keys?.SANDBOX];
  };
  const epochs = async () => ({
    shop: (await keySets(shop)).map(grantEpochs),
    office: (await keySets(office)).map(grantEpochs),
    alice: (await management.store.users.find(alice.id))?.epoch,
    bob: (await management.store.users.find(bob.id))?.epoch,
  });
  const grantEpochs = (keySet: KeySet | undefined) =>
    keySet && [keySet.epoch, keySet.grantEpochs.client_credentials ?? 0, keySet.grantEpochs.password ?? 0];
  const untouched = [0, 0, 0];
  const ended = (calls: number) => [0, 0, calls];
  const none = { shop: [untouched, untouched], office: [untouched, undefined], alice: 0, bob: 0 };

  it('by user ends his families everywhere and raises his epoch', async () => {
    const families = await open();
    expect(await revokeAll({ userId: alice.id })).toBe(3);
    expect(await revokedOf(families)).toEqual(['aliceShop', 'aliceSandbox', 'aliceOffice']);
    expect(await epochs()).toEqual({ ...none, alice: 1 });
    const [event, ...more] = await management.eventsOf('revokeGrants');
    expect(event).toMatchObject({ target: alice.id, outcome: 'ok' });
    expect(more).toEqual([]);
  });

  it('by application ends families of all users and raises the epochs of the grants that open them, on both key sets', async () => {
    const families = await open();
    expect(await revokeAll({ applicationId: shop.application.id, userId: null, environment: null })).toBe(3);
    expect(await revokedOf(families)).toEqual(['aliceShop', 'aliceSandbox', 'bobShop']);
    expect(await epochs()).toEqual({ ...none, shop: [ended(1), ended(1)] });
    const [event, ...more] = await management.eventsOf('revokeGrants');
    expect(event).toMatchObject({ target: shop.application.id, outcome: 'ok' });
    expect(more).toEqual([]);
  });

  it('by environment leaves the other one alone', async () => {
    const families = await open();
    expect(await revokeAll({ applicationId: shop.application.id, environment: 'SANDBOX' })).toBe(1);
    expect(await revokedOf(families)).toEqual(['aliceSandbox']);
    expect(await epochs()).toEqual({ ...none, shop: [untouched, ended(1)] });
  });

  it('by user and application ends what a login opens while it goes through them', async () => {
    const { client } = await management.keys();
    const zoe = await user('zoe');
    const families = [await family(client, zoe)];
    const { tokens } = management.store;
    const beside: typeof tokens.revokeFamilies = async (...call) => {
      const ended = await tokens.revokeFamilies(...call);
      if (families.length < 3) families.push(await family(client, zoe));
      return ended;
    };
    const deps = { ...management.deps, store: { ...management.store, tokens: { ...tokens, revokeFamilies: beside } } };
    const those = { userId: zoe.id, applicationId: client.application.id };
    expect(await revokeGrants(deps, management.actor, those)).toBe(3);
    expect(await areRevoked(families)).toEqual([true, true, true]);
  });

  it('by user and application ends the families of both and raises no epoch', async () => {
    const families = await open();
    expect(await revokeAll({ applicationId: shop.application.id, userId: alice.id })).toBe(2);
    expect(await revokedOf(families)).toEqual(['aliceShop', 'aliceSandbox']);
    expect(await epochs()).toEqual(none);
    const [event, ...more] = await management.eventsOf('revokeGrants');
    expect(event).toMatchObject({ target: alice.id, outcome: 'ok' });
    expect(event?.changes).toContain(shop.application.id);
    expect(more).toEqual([]);
  });

  it('by user, application and environment ends the families of all three', async () => {
    const families = await open();
    const { id: applicationId } = shop.application;
    expect(await revokeAll({ applicationId, userId: alice.id, environment: 'PRODUCTION' })).toBe(1);
    expect(await revokedOf(families)).toEqual(['aliceShop']);
  });

  it('counts neither what was revoked before nor what has expired', async () => {
    const { aliceShop } = await open();
    await revokeOne(aliceShop.id);
    expect(await revokeAll({ userId: alice.id })).toBe(2);
    expect(await revokeAll({ userId: alice.id })).toBe(0);
    await family(shop, bob);
    management.clock.advance(60_000);
    expect(await revokeAll({ userId: bob.id })).toBe(0);
    expect(await epochs()).toEqual({ ...none, alice: 2, bob: 1 });
  });

  it('ends a thousand families', async () => {
    await Promise.all(times(1000, () => family(shop, alice)));
    expect(await revokeAll({ applicationId: shop.application.id })).toBe(1000);
  });

  it('raises an epoch by each of 64 calls, and counts each family once', async () => {
    await Promise.all(times(callers, () => family(shop, alice)));
    const counts = await Promise.all(times(callers, () => revokeAll({ applicationId: shop.application.id })));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(callers);
    expect(await epochs()).toMatchObject({ shop: [ended(callers), ended(callers)] });
  });

  it('by application needs what the key sets hold that it ends', async () => {
    const { client } = await management.keys({
      ...{ applicationId: office.application.id, environment: 'SANDBOX', scopes: ['settings:write'] },
    });
    const { id: applicationId } = client.application;
    const actor = actorWith(['applications:write', 'users:write']);
    expect(await refusalOf(revokeAll({ applicationId }, actor))).toEqual({ code: 'FORBIDDEN' });
    expect(await refusalOf(revokeAll({ applicationId, environment: 'PRODUCTION' }, actor))).toBe('no refusal');
    expect(await refusalOf(revokeAll({ applicationId }, actorWith(['settings:write'])))).toBe('no refusal');
  });

  it('is NOT_FOUND for users and applications that are not there', async () => {
    const { id: applicationId } = shop.application;
    for (const input of [
      { userId: 'usr_unknown' },
      { applicationId: 'app_unknown' },
      { userId: 'usr_unknown', applicationId },
      { userId: alice.id, applicationId: 'app_unknown' },
    ]) {
      expect(await refusalOf(revokeAll(input))).toEqual({ code: 'NOT_FOUND' });
    }
    expect(await management.eventsOf('revokeGrants')).toEqual([]);
  });
});

test.each<{ readonly what: string; readonly input: RevokeGrantsInput; readonly field: string }>([
  { what: 'an empty input', input: {}, field: 'userId' },
  { what: 'nothing but null', input: { userId: null, applicationId: null, environment: null }, field: 'userId' },
  { what: 'an environment alone', input: { environment: 'SANDBOX' }, field: 'environment' },
  {
    what: 'an environment of no application',
    input: { userId: 'usr_1', environment: 'SANDBOX' },
    field: 'environment',
  },
  { what: 'an empty user id', input: { userId: '' }, field: 'userId' },
  { what: 'a user id with U+0000', input: { userId: 'usr_\0' }, field: 'userId' },
  { what: 'an application id of 256 characters', input: { applicationId: 'a'.repeat(256) }, field: 'applicationId' },
])('revokeGrants refuses $what on $field', async ({ input, field }) => {
  expect(await refusalOf(revokeAll(input))).toEqual({ code: 'BAD_USER_INPUT', field });
});
