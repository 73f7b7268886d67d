import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { revokeClientSecret } from '../../src/applications/revoke-client-secret.js';
import { rotateClientSecret, type RotateClientSecretInput } from '../../src/applications/rotate-client-secret.js';
import { isLive, type Client, type ClientSecret } from '../../src/model/application.js';
import { later } from '../../src/model/clock.js';
import type { Secret } from '../../src/model/secret.js';
import { authenticateClient } from '../../src/oauth/client-authentication.js';
import { parseForm } from '../../src/oauth/form.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';
import {
  actorWith,
  callers,
  openManagement,
  outcomesOf,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';

let management: Management;
let client: Client;
let first: Secret;
beforeEach(async () => {
  management = await openManagement();
  const generated = await management.keys({ clientId: 'shop', scopes: ['default', 'users:read'] });
  ({ client } = generated);
  if (generated.clientSecret === undefined) throw new Error('no secret');
  first = generated.clientSecret;
});
afterEach(() => management.close());

const rotate = async (input: Partial<RotateClientSecretInput> = {}, actor = management.actor) =>
  (await rotateClientSecret(management.deps, actor, { clientId: 'shop', ...input })).clientSecret;
const revoke = (secretId: string, revokeGrants?: boolean, actor = management.actor) =>
  revokeClientSecret(management.deps, actor, { clientId: 'shop', secretId, revokeGrants });
const secrets = async (): Promise<readonly ClientSecret[]> =>
  (await management.store.applications.findClient('shop'))?.keySet.secrets ?? [];
const live = async () => (await secrets()).filter((secret) => isLive(secret, management.clock.now()));
const idOf = async (secret: Secret) =>
  (await secrets()).find(({ hint }) => secret.reveal().endsWith(hint))?.id ?? 'unknown';

/** Whether the protocol lets the client in with this secret now. */
const works = async (secret: Secret): Promise<boolean> => {
  const authorization = [`Basic ${Buffer.from(`shop:${secret.reveal()}`).toString('base64')}`];
  const form = parseForm(Buffer.from('grant_type=client_credentials'));
  const unused = () => {
    throw new Error('not asked for');
  };
  const deps: OAuthDeps = {
    ...management.deps,
    noteUse: () => undefined,
    events: { issued: unused, refused: unused },
    signingKeys: {
      sign: unused,
      verify: unused,
      verifyLatest: unused,
      publicKeys: unused,
      ensure: unused,
      refresh: unused,
    },
    passwordHasher: { hash: unused, verify: unused, needsRehash: unused, close: unused },
  };
  try {
    await authenticateClient(deps, { authorization, form, at: management.clock.now(), requestId: 'req' });
    return true;
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_client') return false;
    throw error;
  }
};

describe('rotateClientSecret', () => {
  it('makes another secret, shown once and kept as a digest', async () => {
    management.clock.advance(1000);
    const expiresAt = later(management.clock.now(), 3600);
    const second = await rotate({ name: ' CI ', expiresAt });
    expect(second.reveal()).toMatch(/^tgs_[A-Za-z0-9_-]{43}$/);
    expect((await secrets()).at(-1)).toEqual({
      id: expect.stringMatching(/^sec_/),
      name: 'CI',
      hint: second.reveal().slice(-4),
      digest: expect.any(String),
      createdAt: management.clock.now(),
      expiresAt,
      retiresOlderAfterSeconds: 0,
    });
    const [event] = await management.eventsOf('rotateClientSecret');
    expect(event).toMatchObject({ target: client.keySet.id, outcome: 'ok' });
    expect(event?.changes).not.toContain(second.reveal());
  });

  it('takes nothing away while nobody uses the new secret: its reply may be lost', async () => {
    await rotate();
    management.clock.advance(365 * 86_400_000);
    expect(await works(first)).toBe(true);
  });

  it('ends the old secret with the first use of the new one', async () => {
    const second = await rotate();
    expect(await works(second)).toBe(true);
    expect(await works(first)).toBe(false);
    expect(await works(second)).toBe(true);
    const [event, ...more] = await management.eventsOf('retireClientSecrets');
    expect(more).toEqual([]);
    expect(event).toMatchObject({ actor: 'shop', target: client.keySet.id, outcome: 'ok', requestId: 'req' });
  });

  it('tells the use that ends the old secret as a change of the application, never before the one before', async () => {
    const updatedAt = async () => (await management.store.applications.findClient('shop'))?.application.updatedAt;
    const second = await rotate();
    management.clock.advance(1000);
    expect(await works(second)).toBe(true);
    expect(await updatedAt()).toBe(management.clock.now());
    const third = await rotate();
    const rotatedAt = management.clock.now();
    management.clock.advance(-500);
    expect(await works(third)).toBe(true);
    expect(await updatedAt()).toBe(rotatedAt);
  });

  it('ends the old secret so many seconds after that as it was asked to', async () => {
    const second = await rotate({ retireOldAfterSeconds: 60 });
    management.clock.advance(3_600_000);
    expect(await works(second)).toBe(true);
    management.clock.advance(59_999);
    expect(await works(first)).toBe(true);
    management.clock.advance(1);
    expect(await works(first)).toBe(false);
  });

  it('puts no end off', async () => {
    const second = await rotate();
    await works(second);
    const third = await rotate({ expiresAt: later(management.clock.now(), 60), retireOldAfterSeconds: 10 });
    await works(third);
    const fourth = await rotate({ retireOldAfterSeconds: 3600 });
    await works(fourth);
    management.clock.advance(10_000);
    expect([await works(second), await works(third), await works(fourth)]).toEqual([false, true, true]);
    management.clock.advance(50_000);
    expect([await works(third), await works(fourth)]).toEqual([false, true]);
  });

  it('leaves newer secrets alone when an older rotation is used', async () => {
    const second = await rotate();
    const third = await rotate();
    expect(await works(second)).toBe(true);
    expect([await works(first), await works(third), await works(second)]).toEqual([false, true, false]);
  });

  it('has nothing to wait for when no other secret is live', async () => {
    await revoke(await idOf(first));
    await rotate();
    expect((await secrets())[0]).not.toHaveProperty('retiresOlderAfterSeconds');
  });

  it('ends the old secret by one of 64 first uses at once, and all of them are let in', async () => {
    const second = await rotate();
    expect(new Set(await Promise.all(times(callers, () => works(second))))).toEqual(new Set([true]));
    expect(await works(first)).toBe(false);
    expect(await management.eventsOf('retireClientSecrets')).toHaveLength(1);
  });

  it('is CONFLICT with five live secrets, and forgets those that are over', async () => {
    const second = await rotate({ expiresAt: later(management.clock.now(), 60) });
    for (const name of ['third', 'fourth', 'fifth']) await rotate({ name });
    expect(await refusalOf(rotate())).toEqual({ code: 'CONFLICT' });
    management.clock.advance(60_000);
    await rotate({ name: 'sixth' });
    expect((await secrets()).map(({ name }) => name)).toEqual([undefined, 'third', 'fourth', 'fifth', 'sixth']);
    expect(await works(second)).toBe(false);
  });

  it('leaves at most five live secrets of 64 rotations at once', async () => {
    const { done, refused } = await outcomesOf(times(callers, () => rotate()));
    expect({ done, refused }).toEqual({ done: 4, refused: { CONFLICT: callers - 4 } });
    expect(await live()).toHaveLength(5);
    expect(await works(first)).toBe(true);
  });

  it('needs what the key set holds', async () => {
    expect(await refusalOf(rotate({}, actorWith(['applications:write'])))).toEqual({ code: 'FORBIDDEN' });
    expect(await rotate({}, actorWith(['users:read']))).toBeDefined();
  });

  it('raises no epoch', async () => {
    await works(await rotate());
    const { keySet } = (await management.store.applications.findClient('shop')) ?? {};
    expect(keySet).toMatchObject({ epoch: 0, grantEpochs: {} });
  });
});

test.each<{ readonly what: string; readonly input: object; readonly field: string }>([
  { what: 'an empty client id', input: { clientId: '' }, field: 'clientId' },
  { what: 'an empty name', input: { name: ' ' }, field: 'name' },
  { what: 'a name of 121 characters', input: { name: 'n'.repeat(121) }, field: 'name' },
  { what: 'a name with U+0000', input: { name: '\0' }, field: 'name' },
  { what: 'an end that is now', input: { expiresAt: Date.UTC(2026, 0, 15, 12) }, field: 'expiresAt' },
  { what: 'an end in the year 10000', input: { expiresAt: 253_402_300_800_000 }, field: 'expiresAt' },
  { what: 'an end that is no instant', input: { expiresAt: NaN }, field: 'expiresAt' },
  { what: 'negative seconds', input: { retireOldAfterSeconds: -1 }, field: 'retireOldAfterSeconds' },
  { what: 'half a second', input: { retireOldAfterSeconds: 0.5 }, field: 'retireOldAfterSeconds' },
  { what: 'more than a year', input: { retireOldAfterSeconds: 31_536_001 }, field: 'retireOldAfterSeconds' },
])('rotateClientSecret refuses $what on $field and changes nothing', async ({ input, field }) => {
  expect(await refusalOf(rotate(input))).toEqual({ code: 'BAD_USER_INPUT', field });
  expect(await secrets()).toEqual(client.keySet.secrets);
});

test('rotateClientSecret has nothing to rotate for a client without secrets', async () => {
  await management.keys({ clientId: 'browser', authenticationMethod: 'NONE', grantTypes: [] });
  expect(await refusalOf(rotate({ clientId: 'browser' }))).toEqual({ code: 'BAD_USER_INPUT', field: 'clientId' });
  expect(await refusalOf(rotate({ clientId: 'unknown' }))).toEqual({ code: 'NOT_FOUND' });
});

describe('revokeClientSecret', () => {
  it('ends one secret at once and leaves the others and what was issued', async () => {
    const second = await rotate();
    await revoke(await idOf(first));
    expect([await works(first), await works(second)]).toEqual([false, true]);
    expect(await management.store.applications.findClient('shop')).toMatchObject({ keySet: { epoch: 0 } });
  });

  it('gives the old secret back its time when the one that was to end it goes unused', async () => {
    const second = await rotate();
    await revoke(await idOf(second));
    expect([await works(first), await works(second)]).toEqual([true, false]);
  });

  it('raises the epoch in the same write when grants are to end too', async () => {
    const { keySet, application } = await revoke(await idOf(first), true);
    expect(keySet).toMatchObject({ epoch: 1, secrets: [] });
    expect(application.version).toBe(client.application.version + 1);
  });

  it('is NOT_FOUND for a secret that is not there, also the second time', async () => {
    const id = await idOf(first);
    await revoke(id);
    expect(await refusalOf(revoke(id))).toEqual({ code: 'NOT_FOUND' });
  });

  it('refuses ids that none can have', async () => {
    expect(await refusalOf(revoke(''))).toEqual({ code: 'BAD_USER_INPUT', field: 'secretId' });
    expect(await refusalOf(revoke('s\0'))).toEqual({ code: 'BAD_USER_INPUT', field: 'secretId' });
  });

  it('needs what the key set holds', async () => {
    const id = await idOf(first);
    const without = actorWith(['applications:write']);
    expect(await refusalOf(revoke(id, true, without))).toEqual({ code: 'FORBIDDEN' });
  });

  it('never lets a secret in again by a first use that runs beside it', async () => {
    const second = await rotate();
    const id = await idOf(second);
    await Promise.all([revoke(id), ...times(callers, () => works(second))]);
    expect(await works(second)).toBe(false);
    expect((await secrets()).some((secret) => secret.id === id)).toBe(false);
  });
});
