import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteKeys } from '../../src/applications/delete-keys.js';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import { enableGrantTypes } from '../../src/applications/enable-grant-types.js';
import { generateKeys } from '../../src/applications/generate-keys.js';
import type { GrantName } from '../../src/model/grant-name.js';
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
beforeEach(async () => {
  management = await openManagement();
  await management.keys({ clientId: 'shop' });
});
afterEach(() => management.close());

const verbs = { enableGrantTypes, disableGrantTypes };
const enable = (...grantTypes: GrantName[]) =>
  enableGrantTypes(management.deps, management.actor, { clientId: 'shop', grantTypes });
const disable = (...grantTypes: GrantName[]) =>
  disableGrantTypes(management.deps, management.actor, { clientId: 'shop', grantTypes });
const stored = async () => (await management.store.applications.findClient('shop'))?.keySet;

describe('enableGrantTypes and disableGrantTypes', () => {
  it('switch single grant types and leave the others', async () => {
    expect((await enable('refresh_token', 'password')).keySet.grantTypes).toEqual([
      'client_credentials',
      'password',
      'refresh_token',
    ]);
    expect((await disable('client_credentials')).keySet.grantTypes).toEqual(['password', 'refresh_token']);
  });

  it('do nothing the second time, and are audited', async () => {
    const once = await enable('password');
    expect(await enable('password')).toEqual(once);
    const off = await disable('password');
    expect(await disable('password')).toEqual(off);
    expect(await management.eventsOf('enableGrantTypes')).toHaveLength(2);
    expect(await management.eventsOf('disableGrantTypes')).toHaveLength(2);
  });

  it('raise the epoch of a grant type that goes, refresh_token excepted', async () => {
    await enable('password', 'refresh_token');
    await disable('password', 'refresh_token');
    expect(await stored()).toMatchObject({ epoch: 0, grantEpochs: { password: 1 } });
    await enable('password');
    expect(await stored()).toMatchObject({ grantEpochs: { password: 1 } });
    await disable('password', 'client_credentials');
    expect((await stored())?.grantEpochs).toEqual({ password: 2, client_credentials: 1 });
  });

  it('lose none of 64 switches thrown at once', async () => {
    const calls = times(callers, (n) => (n % 2 === 0 ? enable('password') : enable('refresh_token')));
    expect(await outcomesOf(calls)).toEqual({ done: callers, refused: {} });
    expect((await stored())?.grantTypes).toEqual(['client_credentials', 'password', 'refresh_token']);
  });

  it.each(['enableGrantTypes', 'disableGrantTypes'] as const)(
    '%s refuses bad input and unknown clients',
    async (verb) => {
      const call = (clientId: string, grantTypes: GrantName[]) =>
        refusalOf(verbs[verb](management.deps, management.actor, { clientId, grantTypes }));
      expect(await call('', [])).toEqual({ code: 'BAD_USER_INPUT', field: 'clientId' });
      expect(await call('a\0', [])).toEqual({ code: 'BAD_USER_INPUT', field: 'clientId' });
      expect(await call('unknown', ['password'])).toEqual({ code: 'NOT_FOUND' });
      const many = times(21, () => 'password' as const);
      expect(
        await refusalOf(verbs[verb](management.deps, management.actor, { clientId: 'shop', grantTypes: many })),
      ).toEqual({ code: 'BAD_USER_INPUT', field: 'grantTypes' });
    },
  );

  it.each(['enableGrantTypes', 'disableGrantTypes'] as const)('%s needs what the key set holds', async (verb) => {
    await management.keys({ clientId: 'reader', scopes: ['users:read'] });
    const input = { clientId: 'reader', grantTypes: ['client_credentials'] as const };
    const actor = actorWith(['applications:write']);
    expect(await refusalOf(verbs[verb](management.deps, actor, input))).toEqual({ code: 'FORBIDDEN' });
    await verbs[verb](management.deps, actorWith(['users:read']), input);
  });

  it('enableGrantTypes gives no client_credentials to a client without a secret', async () => {
    const { id } = await management.application();
    await generateKeys(management.deps, management.actor, {
      ...{ applicationId: id, clientId: 'browser', authenticationMethod: 'NONE', grantTypes: [] },
    });
    const input = { clientId: 'browser', grantTypes: ['client_credentials'] as const };
    expect(await refusalOf(enableGrantTypes(management.deps, management.actor, input))).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'grantTypes',
    });
  });
});

describe('deleteKeys', () => {
  const remove = (clientId: string, actor = management.actor) => deleteKeys(management.deps, actor, { clientId });

  it('removes the key set and leaves the other', async () => {
    const { client } = await management.keys({ clientId: 'first' });
    const applicationId = client.application.id;
    const sandbox = await management.keys({ applicationId, environment: 'SANDBOX' });
    expect(await remove('first')).toBe('first');
    expect(await management.store.applications.findClient('first')).toBeUndefined();
    expect((await management.store.applications.find(applicationId))?.keys).toEqual({
      SANDBOX: sandbox.client.keySet,
    });
    const [event] = await management.eventsOf('deleteKeys');
    expect(event).toMatchObject({ target: client.keySet.id, outcome: 'ok' });
  });

  it('is NOT_FOUND the second time, BAD_USER_INPUT on a client id that none can have', async () => {
    await remove('shop');
    expect(await refusalOf(remove('shop'))).toEqual({ code: 'NOT_FOUND' });
    expect(await refusalOf(remove('\0'))).toEqual({ code: 'BAD_USER_INPUT', field: 'clientId' });
  });

  it('needs what the key set holds', async () => {
    await management.keys({ clientId: 'reader', scopes: ['introspect'] });
    expect(await refusalOf(remove('reader', actorWith(['applications:write'])))).toEqual({ code: 'FORBIDDEN' });
    expect(await remove('reader', actorWith(['introspect']))).toBe('reader');
  });

  it('happens once of 64 calls', async () => {
    expect(await outcomesOf(times(callers, () => remove('shop')))).toEqual({
      done: 1,
      refused: { NOT_FOUND: callers - 1 },
    });
  });
});
