import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteApplication } from '../../src/applications/delete-application.js';
import { updateApplication } from '../../src/applications/update-application.js';
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
});
afterEach(() => management.close());

const remove = (id: string, actor = management.actor) => deleteApplication(management.deps, actor, { id });

describe('deleteApplication', () => {
  it('removes the application and frees its name and client id', async () => {
    const { client } = await management.keys();
    const { id, name } = client.application;
    expect(await remove(id)).toBe(id);
    expect(await management.store.applications.find(id)).toBeUndefined();
    expect(await management.store.applications.findClient(client.keySet.clientId)).toBeUndefined();
    const again = await management.application(name);
    await management.keys({ applicationId: again.id, clientId: client.keySet.clientId });
  });

  it('writes one event with what was there, without digests', async () => {
    const { client } = await management.keys();
    await remove(client.application.id);
    const [event, ...more] = await management.eventsOf('deleteApplication');
    expect(more).toEqual([]);
    expect(event).toMatchObject({ outcome: 'ok', target: client.application.id });
    expect(event?.changes).toContain(client.keySet.clientId);
    expect(event?.changes).not.toContain(client.keySet.secrets[0]?.digest);
  });

  it('is NOT_FOUND the second time and for unknown ids', async () => {
    const { id } = await management.application();
    await remove(id);
    expect(await refusalOf(remove(id))).toEqual({ code: 'NOT_FOUND' });
  });

  it.each(['', 'a\0b', 'a'.repeat(256)])('refuses the id %j', async (id) => {
    expect(await refusalOf(remove(id))).toEqual({ code: 'BAD_USER_INPUT', field: 'id' });
  });

  it('needs every management scope that its key sets hold', async () => {
    const { client } = await management.keys({ scopes: ['users:read', 'introspect'] });
    const { id } = client.application;
    expect(await refusalOf(remove(id, actorWith(['applications:write', 'users:read'])))).toEqual({ code: 'FORBIDDEN' });
    expect(await remove(id, actorWith(['users:read', 'introspect']))).toBe(id);
  });

  it('happens once of 64 calls, also beside changes', async () => {
    const { id } = await management.application();
    const [removals, changes] = await Promise.all([
      outcomesOf(times(callers, () => remove(id))),
      outcomesOf(
        times(callers, (n) => updateApplication(management.deps, management.actor, { id, description: `${n}` })),
      ),
    ]);
    expect(removals).toEqual({ done: 1, refused: { NOT_FOUND: callers - 1 } });
    expect(Object.keys(changes.refused).filter((code) => code !== 'NOT_FOUND')).toEqual([]);
    expect(await management.store.applications.find(id)).toBeUndefined();
    expect(await management.eventsOf('deleteApplication')).toHaveLength(1);
  });
});
