import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import type { PasswordHasher } from '../../src/crypto/password-hasher.js';
import { randomId } from '../../src/crypto/random-token.js';
import { later } from '../../src/model/clock.js';
import { Secret } from '../../src/model/secret.js';
import type { TokenFamily } from '../../src/model/token-family.js';
import type { User } from '../../src/model/user.js';
import { createUser, type CreateUserInput } from '../../src/users/create-user.js';
import { deleteUser } from '../../src/users/delete-user.js';
import { setUserPassword } from '../../src/users/set-user-password.js';
import { updateUser, type UpdateUserInput } from '../../src/users/update-user.js';
import type { UserDeps } from '../../src/users/user-deps.js';
import {
  callers,
  openManagement,
  outcomesOf,
  refusalOf,
  times,
  type Management,
} from '../management/open-management.js';

let passwordHasher: PasswordHasher;
beforeAll(() => {
  passwordHasher = createPasswordHasher({ threads: 2, queueLimit: 256 });
});
afterAll(() => passwordHasher.close());

let management: Management;
let deps: UserDeps;
beforeEach(async () => {
  management = await openManagement();
  deps = { ...management.deps, passwordHasher };
});
afterEach(() => management.close());

const password = 'correct horse';
const create = ({
  password: text,
  ...input
}: Partial<Omit<CreateUserInput, 'password'>> & { password?: string } = {}) =>
  createUser(deps, management.actor, {
    username: 'alice',
    ...input,
    ...(text === undefined ? {} : { password: new Secret(text) }),
  });
const update = (id: string, input: Partial<UpdateUserInput>) => updateUser(deps, management.actor, { id, ...input });
const setPassword = (id: string, text: string) =>
  setUserPassword(deps, management.actor, { id, password: new Secret(text) });
const remove = (id: string) => deleteUser(deps, management.actor, { id });
const stored = (id: string) => management.store.users.find(id);

/** A family as the password grant opens one for the user as he is. */
const openFamily = async ({ id, epoch }: User): Promise<TokenFamily> => {
  const at = management.clock.now();
  const family: TokenFamily = {
    ...{ id: randomId('family'), grantType: 'password', applicationId: 'app_1', keySetId: 'ks_1', clientId: 'shop' },
    ...{ environment: 'PRODUCTION', userId: id, scopes: ['default'], generation: 0, generationAt: at },
    ...{ issuedAt: at, lastUsedAt: at, idleExpiresAt: later(at, 60), absoluteExpiresAt: later(at, 60) },
    epochs: { client: 0, grant: 0, user: epoch },
  };
  await management.store.tokens.open(family);
  return family;
};
const isRevoked = async ({ id }: TokenFamily) =>
  (await management.store.tokens.findFamily(id))?.revokedAt !== undefined;

describe('createUser', () => {
  it('makes an enabled user with an argon2id hash of the password', async () => {
    const user = await create({ password, email: 'alice@example.org', displayName: ' Alice  Liddell ' });
    expect(user).toEqual({
      id: expect.stringMatching(/^usr_[A-Za-z0-9_-]{20}$/),
      username: 'alice',
      email: 'alice@example.org',
      displayName: 'Alice  Liddell',
      enabled: true,
      epoch: 0,
      passwordHash: expect.stringMatching(/^\$argon2id\$/),
      createdAt: management.clock.now(),
      passwordChangedAt: management.clock.now(),
    });
    expect(await stored(user.id)).toEqual(user);
    expect(await passwordHasher.verify(new Secret(password), user.passwordHash)).toBe(true);
  });

  it('makes a user without a password when none is given', async () => {
    const user = await create({ email: null, displayName: null });
    expect(Object.keys(user).sort()).toEqual(['createdAt', 'enabled', 'epoch', 'id', 'username']);
  });

  it('keeps the user name as UsernameCaseMapped gives it', async () => {
    expect(await create({ username: 'ALICE' })).toMatchObject({ username: 'alice' });
    expect(await create({ username: 'Jos\u0065\u0301' })).toMatchObject({ username: 'jos\u00e9' });
  });

  it.each([
    ['as it is given', '\u{10400}'.repeat(255), '\u{10428}'.repeat(255)],
    ['whatever its bytes', '\u0e01'.repeat(255), '\u0e01'.repeat(255)],
  ])('takes a user name of 255 characters %s', async (_, username, kept) => {
    expect(await create({ username })).toMatchObject({ username: kept });
    expect(await refusalOf(create({ username: `${username}${username.slice(-2)}` }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'username',
    });
  });

  it('says which length it means when a name grows by losing its capitals', async () => {
    await expect(create({ username: '\u0130'.repeat(200) })).rejects.toThrow('at most 255 characters without capitals');
  });

  it.each([
    ['a space', 'foo bar', 'without spaces (RFC 8265'],
    ['a symbol', '\u265a', 'letters, digits and ASCII punctuation'],
    ['two directions', 'maya\u05d0', 'neither left-to-right letters'],
    ['a number in front of right-to-left letters', '1\u05d0', 'begin with such a letter'],
    ['a hyphen behind right-to-left letters', '\u05d0-', 'end with a letter or digit'],
    ['two kinds of digits', '\u06281\u0661', 'nor two kinds of digits'],
    ['a middle dot elsewhere', 'a\u00b7b', 'not between two l (RFC 5892'],
  ])('names the rule that a user name with %s breaks', async (_, username, rule) => {
    const made = create({ username });
    await expect(made).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'username' });
    await expect(made).rejects.toThrow(rule);
  });

  it.each([
    ['8 characters', 'eight ch'],
    ['8 characters beyond the basic plane', '\u{1F600}'.repeat(8)],
    ['1,024 bytes', 'p'.repeat(1024)],
    ['nothing but spaces', ' '.repeat(8)],
    ['control characters', '\u0001\u0007\n\t\r\u001b\u007f\u0085'],
  ])('uses a password of %s exactly as it was given', async (_, text) => {
    const { passwordHash } = await create({ password: text });
    expect(await passwordHasher.verify(new Secret(text), passwordHash)).toBe(true);
    expect(await passwordHasher.verify(new Secret(text.trim()), passwordHash)).toBe(text.trim() === text);
  });

  it('is CONFLICT on a name that somebody has in another spelling', async () => {
    await create();
    expect(await refusalOf(create({ username: 'Alice' }))).toEqual({ code: 'CONFLICT', field: 'username' });
    expect(await management.store.users.count({})).toBe(1);
  });

  it('makes one user of 64 calls with one name', async () => {
    expect(await outcomesOf(times(callers, () => create()))).toEqual({ done: 1, refused: { CONFLICT: callers - 1 } });
  });

  it('names the fields in its event and no values', async () => {
    const { id } = await create({ password, email: 'alice@example.org' });
    const [event] = await management.eventsOf('createUser');
    expect(event).toMatchObject({ target: id, outcome: 'ok' });
    expect(JSON.parse(event?.changes ?? '')).toEqual({ fields: ['email', 'password', 'username'] });
  });

  it('answers an idempotency key with the same user, whatever the password', async () => {
    const idempotencyKey = 'import-1';
    const first = await create({ idempotencyKey, password });
    expect(await create({ idempotencyKey, password: 'another one', username: 'ALICE' })).toEqual(first);
    const made = await Promise.all(times(callers, () => create({ idempotencyKey, password })));
    expect(new Set(made.map(({ id }) => id))).toEqual(new Set([first.id]));
    expect(await refusalOf(create({ idempotencyKey, email: 'a@b' }))).toEqual({
      code: 'CONFLICT',
      field: 'idempotencyKey',
    });
  });

  it('makes one user of 64 calls with one idempotency key', async () => {
    const made = await Promise.all(times(callers, () => create({ idempotencyKey: 'k', password })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it('is UNAVAILABLE while too many passwords wait, and gives the idempotency key back', async () => {
    const busy = createPasswordHasher({ threads: 1, queueLimit: 1 });
    try {
      const calls = times(16, (n) =>
        createUser({ ...deps, passwordHasher: busy }, management.actor, {
          ...{ username: `user${n}`, password: new Secret(password), idempotencyKey: `key${n}` },
        }),
      );
      const { done, refused } = await outcomesOf(calls);
      expect(refused).toEqual({ UNAVAILABLE: 16 - done });
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(16);
    } finally {
      await busy.close();
    }
    const again = times(16, (n) => create({ username: `user${n}`, password, idempotencyKey: `key${n}` }));
    expect(await outcomesOf(again)).toEqual({ done: 16, refused: {} });
    expect(await management.store.users.count({})).toBe(16);
  });
});

describe('updateUser', () => {
  let alice: User;
  beforeEach(async () => {
    alice = await create({ email: 'alice@example.org', displayName: 'Alice' });
  });

  it('changes what is given, clears with null and leaves the rest', async () => {
    expect(await update(alice.id, { email: 'a@b' })).toEqual({ ...alice, email: 'a@b' });
    const cleared = await update(alice.id, { displayName: null, email: null });
    expect(cleared).not.toHaveProperty('email');
    expect(cleared).not.toHaveProperty('displayName');
    expect(await update(alice.id, {})).toEqual(cleared);
  });

  it('ends everything that was issued when it disables, once and for good', async () => {
    const family = await openFamily(alice);
    expect(await update(alice.id, { enabled: false })).toMatchObject({ enabled: false, epoch: 1 });
    expect(await update(alice.id, { enabled: false })).toMatchObject({ epoch: 1 });
    expect(await isRevoked(family)).toBe(true);
    expect(await update(alice.id, { enabled: true })).toMatchObject({ enabled: true, epoch: 1 });
    expect(await isRevoked(family)).toBe(true);
  });

  it('leaves what was issued since alone', async () => {
    await update(alice.id, { enabled: false });
    const family = await openFamily(await update(alice.id, { enabled: true }));
    await update(alice.id, { email: 'a@b', displayName: 'A', enabled: true });
    expect(await isRevoked(family)).toBe(false);
  });

  it('leaves alone what was opened when he was let in again before the old ones are marked', async () => {
    const before = await openFamily(alice);
    let since = before;
    const { users } = management.store;
    const letInAgain: typeof users.update = async (...call) => {
      const outcome = await users.update(...call);
      since = await openFamily(await update(alice.id, { enabled: true }));
      return outcome;
    };
    const store = { ...management.store, users: { ...users, update: letInAgain } };
    await updateUser({ ...deps, store }, management.actor, { id: alice.id, enabled: false });
    expect(await Promise.all([before, since].map(isRevoked))).toEqual([true, false]);
  });

  it('marks many families', async () => {
    const families = await Promise.all(times(250, () => openFamily(alice)));
    await update(alice.id, { enabled: false });
    expect(await Promise.all(families.map(isRevoked))).toEqual(families.map(() => true));
  });

  it('names the fields in its event and no values', async () => {
    await update(alice.id, { email: null, enabled: false });
    const [event] = await management.eventsOf('updateUser');
    expect(event).toMatchObject({ target: alice.id, outcome: 'ok' });
    expect(JSON.parse(event?.changes ?? '')).toEqual({
      fields: ['email', 'enabled'],
      enabled: { before: true, after: false },
    });
  });

  it('tells in 64 events of parallel switches what each of them found', async () => {
    await Promise.all(times(callers, (index) => update(alice.id, { enabled: index % 2 === 1 })));
    const events = await management.eventsOf('updateUser');
    const flips = events.map(({ changes }) => JSON.parse(changes ?? '').enabled);
    const offs = flips.filter(({ before, after }) => before && !after);
    expect(await stored(alice.id)).toMatchObject({ epoch: offs.length });
    expect(flips).toHaveLength(callers);
  });
});

describe('setUserPassword', () => {
  it('replaces the password and ends what was issued, also for the same one', async () => {
    const alice = await create({ password });
    const family = await openFamily(alice);
    management.clock.advance(1000);
    const changed = await setPassword(alice.id, 'battery staple');
    expect(changed).toMatchObject({ epoch: 1, passwordChangedAt: management.clock.now() });
    expect(await passwordHasher.verify(new Secret('battery staple'), changed.passwordHash)).toBe(true);
    expect(await passwordHasher.verify(new Secret(password), changed.passwordHash)).toBe(false);
    expect(await isRevoked(family)).toBe(true);
    expect(await setPassword(alice.id, 'battery staple')).toMatchObject({ epoch: 2 });
  });

  it('gives a first password to a user without one', async () => {
    const alice = await create();
    expect(await setPassword(alice.id, password)).toMatchObject({ passwordHash: expect.any(String) });
    const [event] = await management.eventsOf('setUserPassword');
    expect(JSON.parse(event?.changes ?? '')).toEqual({ fields: ['password'] });
  });
});

describe('deleteUser', () => {
  it('erases the user with what was issued to him and frees the name', async () => {
    const alice = await create({ email: 'alice@example.org' });
    const family = await openFamily(alice);
    expect(await remove(alice.id)).toBe(alice.id);
    expect(await stored(alice.id)).toBeUndefined();
    expect(await management.store.tokens.findFamily(family.id)).toBeUndefined();
    const [event] = await management.eventsOf('deleteUser');
    expect(event).toMatchObject({ target: alice.id, outcome: 'ok' });
    expect(JSON.stringify(event)).not.toContain('alice');
    expect((await create()).id).not.toBe(alice.id);
  });

  it('happens once of 64 calls', async () => {
    const { id } = await create();
    expect(await outcomesOf(times(callers, () => remove(id)))).toEqual({
      done: 1,
      refused: { NOT_FOUND: callers - 1 },
    });
  });
});

test('verbs of a user who is not there are NOT_FOUND', async () => {
  const id = 'usr_unknown';
  const calls = [update(id, { email: 'a@b' }), setPassword(id, password), remove(id)];
  expect(await outcomesOf(calls)).toEqual({ done: 0, refused: { NOT_FOUND: 3 } });
});

type Refused = readonly [what: string, call: () => Promise<unknown>, field: string];

test.each<Refused>([
  ['an empty user name', () => create({ username: '' }), 'username'],
  ['a user name with a space', () => create({ username: 'al ice' }), 'username'],
  ['a user name with U+0000', () => create({ username: 'alice\0' }), 'username'],
  ['a user name with a symbol', () => create({ username: 'alice\u2665' }), 'username'],
  ['a user name of 256 characters', () => create({ username: 'a'.repeat(256) }), 'username'],
  ['a user name without end', () => create({ username: 'a'.repeat(60_000) }), 'username'],
  ['half a surrogate pair for a name', () => create({ username: 'a\ud800' }), 'username'],
  ['a password of 7 characters', () => create({ password: 'seven c' }), 'password'],
  ['an empty password', () => create({ password: '' }), 'password'],
  ['a password of 7 characters in 14 units', () => create({ password: '\u{1F600}'.repeat(7) }), 'password'],
  ['a password of 1,025 bytes', () => create({ password: `\u00e9${'p'.repeat(1023)}` }), 'password'],
  ['a password with U+0000', () => create({ password: `${password}\0` }), 'password'],
  ['half a surrogate pair in a password', () => create({ password: `${password}\udc00` }), 'password'],
  ['an e-mail address without @', () => create({ email: 'alice.example.org' }), 'email'],
  ['an e-mail address with two @', () => create({ email: 'a@b@c' }), 'email'],
  ['an e-mail address with nothing behind the @', () => create({ email: 'alice@' }), 'email'],
  ['an e-mail address with a space', () => create({ email: 'a b@c' }), 'email'],
  ['an e-mail address with U+0000', () => create({ email: 'a\0@b' }), 'email'],
  ['an e-mail address of two lines', () => create({ email: 'a@b\nc' }), 'email'],
  ['an e-mail address of 255 characters', () => create({ email: `${'a'.repeat(253)}@b` }), 'email'],
  ['an empty display name', () => create({ displayName: ' ' }), 'displayName'],
  ['a display name of 121 characters', () => create({ displayName: 'd'.repeat(121) }), 'displayName'],
  ['a display name with U+0000', () => create({ displayName: 'a\0' }), 'displayName'],
  ['an empty idempotency key', () => create({ idempotencyKey: '' }), 'idempotencyKey'],
  ['an empty id', () => update('', {}), 'id'],
  ['an id with U+0000', () => update('usr_\0', {}), 'id'],
  ['a bad e-mail address', () => update('usr_1', { email: '@' }), 'email'],
  ['a bad display name', () => update('usr_1', { displayName: '\n' }), 'displayName'],
  ['null for enabled', () => update('usr_1', { enabled: null }), 'enabled'],
  ['an empty id', () => setPassword('', password), 'id'],
  ['too short a password', () => setPassword('usr_1', 'short'), 'password'],
  ['an id of 256 characters', () => remove('u'.repeat(256)), 'id'],
])('users: %s is refused', async (_, call, field) => {
  expect(await refusalOf(call())).toEqual({ code: 'BAD_USER_INPUT', field });
  expect(await management.store.users.count({})).toBe(0);
});
