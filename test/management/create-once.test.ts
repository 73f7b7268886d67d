import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { auditOf, refusalEventOf } from '../../src/management/audit-of.js';
import { canonicalJson } from '../../src/management/canonical-json.js';
import { createOnce, type CreateAttempt } from '../../src/management/create-once.js';
import { ManagementError } from '../../src/model/management-error.js';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { actorWith, callers, openManagement, refusalOf, times, type Management } from './open-management.js';

let management: Management;
const things = new Map<string, string>();
beforeEach(async () => {
  management = await openManagement();
  things.clear();
});
afterEach(() => management.close());

let ids = 0;
/** Makes things in a map, each with its event. */
const attempt = (more: Partial<CreateAttempt<string>> = {}): CreateAttempt<string> => ({
  mutation: 'createThing',
  idempotencyKey: 'key',
  input: { colour: 'blue' },
  newId: () => `thing-${(ids += 1)}`,
  create: async (id, eventId) => {
    if (things.has(id)) throw new ManagementError('CONFLICT', 'There is one.');
    things.set(id, id);
    const event = auditOf(management.actor, 0, { id: eventId, action: 'createThing', target: id });
    await management.store.audit.append(event);
    return id;
  },
  find: (id) => Promise.resolve(things.get(id)),
  ...more,
});
const once = (more: Partial<CreateAttempt<string>> = {}) =>
  createOnce(management.deps, management.actor, attempt(more));
const cutOff = () => Promise.reject(new StoreUnavailable('reset'));

describe('createOnce', () => {
  it('makes a thing each time without an idempotency key', async () => {
    expect((await once({ idempotencyKey: null })).value).not.toBe((await once({ idempotencyKey: undefined })).value);
  });

  it('makes one thing with one and says to whom it was made', async () => {
    const made = await Promise.all(times(callers, () => once()));
    expect(things.size).toBe(1);
    expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('tells mutations and clients apart', async () => {
    await once();
    await once({ mutation: 'createOther' });
    await createOnce(management.deps, actorWith(undefined, 'other'), attempt());
    expect(things.size).toBe(3);
  });

  it('makes the thing later under the id of the claim when the first call was cut off before it', async () => {
    let claimed = '';
    await expect(
      once({
        create: (id) => {
          claimed = id;
          return cutOff();
        },
      }),
    ).rejects.toThrow(StoreUnavailable);
    expect(await once()).toEqual({ value: claimed, replayed: false });
  });

  it('finds the thing when the first call was cut off after it', async () => {
    const { create } = attempt();
    await expect(once({ create: (id, eventId) => create(id, eventId).then(cutOff) })).rejects.toThrow(StoreUnavailable);
    expect(await once()).toMatchObject({ replayed: true });
    expect(things.size).toBe(1);
  });

  it('keeps the claim of a call that was cut off: another input is CONFLICT', async () => {
    await expect(once({ create: cutOff })).rejects.toThrow(StoreUnavailable);
    expect(await refusalOf(once({ input: { colour: 'red' } }))).toEqual({ code: 'CONFLICT', field: 'idempotencyKey' });
  });

  it('gives the key back when the create was refused', async () => {
    const refuse = () => Promise.reject(new ManagementError('CONFLICT', 'Taken.', { field: 'name' }));
    expect(await refusalOf(once({ create: refuse }))).toEqual({ code: 'CONFLICT', field: 'name' });
    expect(await once({ input: { colour: 'red' } })).toMatchObject({ replayed: false });
  });

  it('keeps the key when the create was only put off', async () => {
    const putOff = () => Promise.reject(new ManagementError('UNAVAILABLE', 'Later.', { retryAfterSeconds: 1 }));
    expect(await refusalOf(once({ create: putOff }))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await refusalOf(once({ input: { colour: 'red' } }))).toEqual({ code: 'CONFLICT', field: 'idempotencyKey' });
    expect(await once()).toMatchObject({ replayed: false });
  });

  it.each(['UNAVAILABLE', 'FORBIDDEN'] as const)(
    'makes one thing although a retry is refused with %s while the first call is under way',
    async (code) => {
      const refuse = () => Promise.reject(new ManagementError(code, 'Not now.'));
      const { create } = attempt();
      const slow: CreateAttempt<string>['create'] = async (id, eventId) => {
        expect(await refusalOf(once({ create: refuse }))).toMatchObject({ code });
        return create(id, eventId);
      };
      const { value } = await once({ create: slow });
      expect(await once()).toEqual({ value, replayed: true });
      expect(things.size).toBe(1);
    },
  );

  it('makes nothing again that was deleted since', async () => {
    const { value } = await once();
    things.delete(value);
    expect(await refusalOf(once())).toEqual({ code: 'NOT_FOUND', field: 'idempotencyKey' });
    expect(things.size).toBe(0);
  });

  it('keeps neither key nor input as they are', async () => {
    const claims: unknown[] = [];
    const { store } = management;
    const claim: typeof store.idempotency.claim = (wanted, at) => {
      claims.push(wanted);
      return store.idempotency.claim(wanted, at);
    };
    const deps = { ...management.deps, store: { ...store, idempotency: { ...store.idempotency, claim } } };
    await createOnce(deps, management.actor, attempt({ idempotencyKey: 'my-key', input: { colour: 'turquoise' } }));
    expect(claims).toHaveLength(1);
    expect(JSON.stringify(claims)).not.toMatch(/my-key|turquoise/);
  });
});

describe('canonicalJson', () => {
  it('is one text for inputs that mean the same, whatever their order and what they leave out', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (input) => {
        const turned = Object.fromEntries([...Object.entries(input)].reverse());
        const filled = { ...turned, 'not given': undefined };
        return canonicalJson(filled) === canonicalJson(input);
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: [] }, { a: {} }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: { b: 1 } }, { 'a.b': 1 }],
    [{ a: [['b', 1]] }, { a: { b: 1 } }],
    [{ a: '' }, {}],
    [{ a: false }, {}],
  ])('tells %j from %j', (left, right) => {
    expect(canonicalJson(left)).not.toBe(canonicalJson(right));
  });

  it('takes null for left out', () => {
    expect(canonicalJson({ a: null, b: { c: null } })).toBe(canonicalJson({ b: {} }));
  });
});

describe('events of refusals', () => {
  it('are one a minute for each client, action and code', () => {
    const { actor } = management;
    const id = (at: number, code: 'CONFLICT' | 'FORBIDDEN' = 'CONFLICT', action = 'a') =>
      refusalEventOf(actor, at, { action, code }).id;
    expect(id(59_999)).toBe(id(0));
    expect(new Set([id(0), id(60_000), id(0, 'FORBIDDEN'), id(0, 'CONFLICT', 'b')]).size).toBe(4);
    expect(refusalEventOf(actorWith([], 'other'), 0, { action: 'a', code: 'CONFLICT' }).id).not.toBe(id(0));
  });
});
