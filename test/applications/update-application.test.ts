import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { updateApplication, type UpdateApplicationInput } from '../../src/applications/update-application.js';
import type { Application } from '../../src/model/application.js';
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
let shop: Application;
beforeEach(async () => {
  management = await openManagement();
  shop = await management.application('Shop');
});
afterEach(() => management.close());

const update = (input: Partial<UpdateApplicationInput>, actor = management.actor) =>
  updateApplication(management.deps, actor, { id: shop.id, ...input });
const stored = () => management.store.applications.find(shop.id);

describe('updateApplication', () => {
  it('changes what is given and leaves the rest', async () => {
    management.clock.advance(5000);
    const labels = [{ key: 'team', value: 'blue' }];
    const updated = await update({ name: 'Store', description: 'Sells', labels });
    expect(updated).toEqual({
      ...shop,
      name: 'Store',
      description: 'Sells',
      labels,
      version: 2,
      updatedAt: management.clock.now(),
    });
    expect(await stored()).toEqual(updated);
    expect(await update({ name: 'Shop' })).toMatchObject({ name: 'Shop', description: 'Sells', labels });
  });

  it('is never changed before it was changed last, though the clock was set back', async () => {
    management.clock.advance(5000);
    const { updatedAt } = await update({ name: 'Store' });
    management.clock.advance(-3000);
    expect(await update({ name: 'Shop' })).toMatchObject({ updatedAt });
  });

  it('clears description and labels with null', async () => {
    await update({ description: 'Sells', labels: [{ key: 'team', value: 'blue' }] });
    const cleared = await update({ description: null, labels: null });
    expect(cleared).not.toHaveProperty('description');
    expect(cleared.labels).toEqual([]);
  });

  it('raises no version when nothing changes, and is audited all the same', async () => {
    expect(await update({ name: 'Shop', enabled: true })).toEqual(shop);
    const [event] = await management.eventsOf('updateApplication');
    expect(event).toMatchObject({ outcome: 'ok', target: shop.id });
    expect(event).not.toHaveProperty('changes');
  });

  it('tells in its event what was before and after', async () => {
    await update({ name: 'Store' });
    const [event] = await management.eventsOf('updateApplication');
    expect(JSON.parse(event?.changes ?? '')).toEqual({ name: { before: 'Shop', after: 'Store' } });
  });

  it('takes capitals of its own name for no collision', async () => {
    expect(await update({ name: 'SHOP' })).toMatchObject({ name: 'SHOP' });
  });

  it('is CONFLICT on a name that another application has', async () => {
    await management.application('Office');
    expect(await refusalOf(update({ name: 'office', description: 'x' }))).toEqual({ code: 'CONFLICT', field: 'name' });
    expect(await stored()).toEqual(shop);
  });

  it('refuses a version that is not the present one, and takes the present one', async () => {
    await update({ description: 'a', ifVersion: 1 });
    expect(await refusalOf(update({ description: 'b', ifVersion: 1 }))).toEqual({
      code: 'CONFLICT',
      field: 'ifVersion',
    });
    expect(await update({ description: 'b', ifVersion: 2 })).toMatchObject({ version: 3 });
  });

  it('lets one of 64 callers through who have all seen the same version', async () => {
    const calls = times(callers, (n) => update({ description: `${n}`, ifVersion: 1 }));
    expect(await outcomesOf(calls)).toEqual({ done: 1, refused: { CONFLICT: callers - 1 } });
  });

  it('loses none of 64 changes of different fields made at once', async () => {
    const calls = times(callers, (n) => update(n % 2 === 0 ? { name: `Shop ${n}` } : { description: `${n}` }));
    expect(await outcomesOf(calls)).toEqual({ done: callers, refused: {} });
    expect(await stored()).toMatchObject({ version: callers + 1 });
  });

  it('gives one of 64 applications the name that all of them want', async () => {
    const applications = await Promise.all(times(callers, () => management.application()));
    const calls = applications.map(({ id }) => update({ id, name: 'The one' }));
    expect(await outcomesOf(calls)).toEqual({ done: 1, refused: { CONFLICT: callers - 1 } });
  });
});

describe('updateApplication with enabled false', () => {
  const epochs = async () => {
    const { PRODUCTION, SANDBOX } = (await stored())?.keys ?? {};
    return [PRODUCTION?.epoch, SANDBOX?.epoch];
  };
  beforeEach(async () => {
    await management.keys({ applicationId: shop.id });
    await management.keys({ applicationId: shop.id, environment: 'SANDBOX' });
  });

  it('raises the epochs of both key sets, once', async () => {
    expect(await update({ enabled: false })).toMatchObject({ enabled: false });
    expect(await epochs()).toEqual([1, 1]);
    await update({ enabled: false });
    expect(await epochs()).toEqual([1, 1]);
  });

  it('lowers none when the application is enabled again', async () => {
    await update({ enabled: false });
    await update({ enabled: true, name: 'Store' });
    expect(await epochs()).toEqual([1, 1]);
    await update({ enabled: false });
    expect(await epochs()).toEqual([2, 2]);
  });

  it('is the only change that raises them', async () => {
    await update({ name: 'Store', description: 'd', labels: [{ key: 'a', value: 'b' }], enabled: true });
    expect(await epochs()).toEqual([0, 0]);
  });
});

test.each<{ readonly what: string; readonly input: object; readonly field: string }>([
  { what: 'an empty id', input: { id: '' }, field: 'id' },
  { what: 'an id of 256 characters', input: { id: 'a'.repeat(256) }, field: 'id' },
  { what: 'an id with U+0000', input: { id: 'app\0' }, field: 'id' },
  { what: 'null for a name', input: { name: null }, field: 'name' },
  { what: 'an empty name', input: { name: '' }, field: 'name' },
  { what: 'a name with a control character', input: { name: '\u0007' }, field: 'name' },
  { what: 'null for enabled', input: { enabled: null }, field: 'enabled' },
  { what: 'too long a description', input: { description: 'd'.repeat(1001) }, field: 'description' },
  { what: 'a label without a key', input: { labels: [{ key: '', value: '' }] }, field: 'labels.0.key' },
  { what: 'version 0', input: { ifVersion: 0 }, field: 'ifVersion' },
])('updateApplication refuses $what on $field and changes nothing', async ({ input, field }) => {
  expect(await refusalOf(update(input))).toEqual({ code: 'BAD_USER_INPUT', field });
  expect(await stored()).toEqual(shop);
  expect(await management.eventsOf('updateApplication')).toEqual([]);
});

test('updateApplication of an unknown application is NOT_FOUND', async () => {
  expect(await refusalOf(update({ id: 'app_unknown', name: 'x' }))).toEqual({ code: 'NOT_FOUND' });
});

test.each(['applications:write', 'users:read', 'introspect'])(
  'updateApplication needs %s when one of the key sets holds it',
  async (scope) => {
    await management.keys({ applicationId: shop.id, environment: 'SANDBOX', scopes: ['default', scope] });
    const without = actorWith(['settings:write']);
    expect(await refusalOf(update({ description: 'd' }, without))).toEqual({ code: 'FORBIDDEN' });
    expect(await update({ description: 'd' }, actorWith([scope]))).toMatchObject({ description: 'd' });
  },
);
