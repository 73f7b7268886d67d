import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createApplication, type CreateApplicationInput } from '../../src/applications/create-application.js';
import { deleteApplication } from '../../src/applications/delete-application.js';
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

const create = (input: Partial<CreateApplicationInput> = {}, actor = management.actor) =>
  createApplication(management.deps, actor, { name: 'Shop', ...input });

describe('createApplication', () => {
  it('makes an enabled application without keys, at version 1', async () => {
    const created = await create({ description: 'Sells\nthings', labels: [{ key: 'team', value: 'blue' }] });
    expect(created).toEqual({
      id: expect.stringMatching(/^app_[A-Za-z0-9_-]{20}$/),
      name: 'Shop',
      description: 'Sells\nthings',
      labels: [{ key: 'team', value: 'blue' }],
      enabled: true,
      version: 1,
      createdAt: management.clock.now(),
      updatedAt: management.clock.now(),
      keys: {},
    });
    expect(await management.store.applications.find(created.id)).toEqual(created);
  });

  it('keeps the name in NFC without white space around it', async () => {
    expect(await create({ name: '  Cafe\u0301 ' })).toMatchObject({ name: 'Caf\u00e9' });
  });

  it.each(['\u{1F680}', '.', '\u0e01', 'क्\u200dष', '\u{1F468}\u200d\u{1F373}'])('takes the name %j', async (name) => {
    expect(await create({ name })).toMatchObject({ name });
  });

  it('takes null for what was left out', async () => {
    const created = await create({ description: null, labels: null, idempotencyKey: null });
    expect(created).not.toHaveProperty('description');
    expect(created.labels).toEqual([]);
  });

  it('writes one event: who, what, when, from where, and what was made', async () => {
    const actor = actorWith(['applications:write'], 'deployer');
    const { id } = await create({}, actor);
    const [event, ...more] = await management.eventsOf('createApplication');
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      at: management.clock.now(),
      actor: 'deployer',
      outcome: 'ok',
      target: id,
      requestId: actor.requestId,
      remoteAddress: '192.0.2.7',
    });
    expect(JSON.parse(event?.changes ?? '')).toMatchObject({ name: { after: 'Shop' } });
  });

  it.each(['shop', 'SHOP', ' Shop '])('refuses the name %j beside Shop', async (name) => {
    await create();
    expect(await refusalOf(create({ name }))).toEqual({ code: 'CONFLICT', field: 'name' });
    expect(await management.eventsOf('createApplication')).toHaveLength(1);
  });

  it.each([
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'οδος'],
    ['ﬁn', 'FIN'],
    ['İzmir', 'i\u0307zmir'],
  ])('refuses %j beside %j', async (name, there) => {
    await create({ name: there });
    expect(await refusalOf(create({ name }))).toEqual({ code: 'CONFLICT', field: 'name' });
  });

  it('tells the dotless ı from i', async () => {
    await create({ name: 'ısı' });
    expect(await create({ name: 'isi' })).toMatchObject({ name: 'isi' });
  });

  it('makes one application of 64 calls with one name', async () => {
    expect(await outcomesOf(times(callers, () => create()))).toEqual({ done: 1, refused: { CONFLICT: callers - 1 } });
  });
});

test.each<{ readonly what: string; readonly input: object; readonly field: string }>([
  { what: 'no name', input: { name: '' }, field: 'name' },
  { what: 'white space for a name', input: { name: ' \t ' }, field: 'name' },
  { what: 'a name that nobody can see', input: { name: '\u200b\u2060\u3164' }, field: 'name' },
  { what: 'a name of format characters and spaces', input: { name: '\u202e \u00ad \ufeff' }, field: 'name' },
  {
    what: 'a value that looks empty',
    input: { labels: [{ key: 'a', value: ' \u200b' }] },
    field: 'labels.0.value',
  },
  { what: 'a name of 121 characters', input: { name: 'n'.repeat(121) }, field: 'name' },
  { what: 'a name with U+0000', input: { name: 'a\0b' }, field: 'name' },
  { what: 'a name of two lines', input: { name: 'a\nb' }, field: 'name' },
  { what: 'a name with a line separator', input: { name: 'a\u2028b' }, field: 'name' },
  { what: 'a name with half a surrogate pair', input: { name: 'a\ud800b' }, field: 'name' },
  { what: 'a description of 1,001 characters', input: { description: 'd'.repeat(1001) }, field: 'description' },
  { what: 'a description with U+0000', input: { description: '\0' }, field: 'description' },
  { what: '21 labels', input: { labels: times(21, (n) => ({ key: `k${n}`, value: '' })) }, field: 'labels' },
  { what: 'a label without a key', input: { labels: [{ key: '', value: '' }] }, field: 'labels.0.key' },
  { what: 'a key with a space', input: { labels: [{ key: 'a b', value: '' }] }, field: 'labels.0.key' },
  { what: 'a key of 64 characters', input: { labels: [{ key: 'k'.repeat(64), value: '' }] }, field: 'labels.0.key' },
  {
    what: 'a key given twice',
    input: { labels: ['a', 'b', 'a'].map((key) => ({ key, value: '' })) },
    field: 'labels.2.key',
  },
  { what: 'a value with U+0000', input: { labels: [{ key: 'a', value: '\0' }] }, field: 'labels.0.value' },
  {
    what: 'a value of 256 characters',
    input: { labels: [{ key: 'a', value: 'v'.repeat(256) }] },
    field: 'labels.0.value',
  },
  { what: 'an empty idempotency key', input: { idempotencyKey: '' }, field: 'idempotencyKey' },
  { what: 'an idempotency key of 129 characters', input: { idempotencyKey: 'k'.repeat(129) }, field: 'idempotencyKey' },
  { what: 'an idempotency key with U+0000', input: { idempotencyKey: 'k\0' }, field: 'idempotencyKey' },
])('createApplication refuses $what on $field and makes nothing', async ({ input, field }) => {
  expect(await refusalOf(create(input))).toEqual({ code: 'BAD_USER_INPUT', field });
  expect(await management.store.applications.count({})).toBe(0);
  expect(await management.eventsOf('createApplication')).toEqual([]);
});

describe('an idempotency key of createApplication', () => {
  const idempotencyKey = 'deploy-1';

  it('answers a repeated call with the same application', async () => {
    const first = await create({ idempotencyKey, labels: [] });
    const second = await create({ idempotencyKey, name: ' Shop', labels: null });
    expect(second).toEqual(first);
    expect(await management.eventsOf('createApplication')).toHaveLength(1);
  });

  it('is CONFLICT with another input', async () => {
    await create({ idempotencyKey });
    expect(await refusalOf(create({ idempotencyKey, description: 'other' }))).toEqual({
      code: 'CONFLICT',
      field: 'idempotencyKey',
    });
  });

  it('is one for each acting client', async () => {
    await create({ idempotencyKey });
    const other = actorWith(undefined, 'other');
    expect(await create({ idempotencyKey, name: 'Office' }, other)).toMatchObject({ name: 'Office' });
  });

  it('is given back by a refused call', async () => {
    const { id } = await create();
    expect(await refusalOf(create({ idempotencyKey }))).toEqual({ code: 'CONFLICT', field: 'name' });
    await deleteApplication(management.deps, management.actor, { id });
    expect(await create({ idempotencyKey })).toMatchObject({ name: 'Shop' });
  });

  it('makes one application of 64 calls, and all of them get it', async () => {
    const made = await Promise.all(times(callers, () => create({ idempotencyKey })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await management.store.applications.count({})).toBe(1);
  });

  it('is NOT_FOUND when what it made was deleted, and free after 24 hours', async () => {
    const { id } = await create({ idempotencyKey });
    await deleteApplication(management.deps, management.actor, { id });
    expect(await refusalOf(create({ idempotencyKey }))).toEqual({ code: 'NOT_FOUND', field: 'idempotencyKey' });
    management.clock.advance(24 * 3_600_000);
    expect(await create({ idempotencyKey })).toMatchObject({ name: 'Shop' });
  });
});
