import { afterAll, beforeAll, expect, it, test } from '@jest/globals';
import type { Position } from '../../src/model/page.js';
import type { User } from '../../src/model/user.js';
import { usernamesFrom } from '../../src/model/username.js';
import type { UserFilter } from '../../src/store/port/users.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { turnsDuring } from '../support/turns.js';

const event = (id: string, at: number, action: string) => ({
  ...{ id, at, action, actor: 'test', outcome: 'ok', requestId: 'request' },
});

/** The ones that are rare come first and last; of one kind of name there are many, of the other few. */
const users: readonly User[] = Array.from({ length: 3000 }, (_, index) => ({
  id: `usr_${String(index).padStart(4, '0')}`,
  username: `${index % 50 === 0 ? 'few' : 'many'}-${index}`,
  enabled: index > 2 && index < 2995,
  epoch: 0,
  createdAt: Math.floor(index / 3),
}));

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
  const { users: store } = opened.store;
  await Promise.all(users.map((user, index) => store.create(user, event(`evt_${index}`, index, 'createUser'))));
});
afterAll(() => opened.close());

const walk = async (filter: UserFilter): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let after: Position | undefined; ;) {
    const page = await opened.store.users.page(filter, { first: 7, ...(after && { after }) });
    found.push(...page.items.map(({ id }) => id));
    const last = page.items.at(-1);
    if (!page.hasNextPage || last === undefined) return found;
    after = { at: last.createdAt, id: last.id };
  }
};

test.each<{ filter: UserFilter; fits: (user: User) => boolean }>([
  { filter: { enabled: false }, fits: ({ enabled }) => !enabled },
  { filter: { usernames: usernamesFrom('few') }, fits: ({ username }) => username.startsWith('few') },
  {
    filter: { usernames: usernamesFrom('few'), enabled: false },
    fits: ({ username, enabled }) => username.startsWith('few') && !enabled,
  },
  {
    filter: { usernames: usernamesFrom('many'), enabled: false },
    fits: ({ username, enabled }) => username.startsWith('many') && !enabled,
  },
])('finds and counts the users that fit $filter, and no others', async ({ filter, fits }) => {
  const expected = users.filter(fits).map(({ id }) => id);
  expect(await walk(filter)).toEqual(expected);
  expect(await opened.store.users.count(filter)).toBe(expected.length);
});

it('has a wide list in order too', async () => {
  const { items, hasNextPage } = await opened.store.users.page({ usernames: usernamesFrom('many') }, { first: 100 });
  const many = users.filter(({ username }) => username.startsWith('many'));
  expect([items.map(({ id }) => id), hasNextPage]).toEqual([many.slice(0, 100).map(({ id }) => id), true]);
});

it('lets others have their turn while it looks for what is rare', async () => {
  const { audit, users: store } = opened.store;
  expect(await turnsDuring(() => audit.page({ action: 'nothing' }, { first: 20 }))).toBeGreaterThanOrEqual(3);
  expect(await turnsDuring(() => audit.page({ outcome: 'CONFLICT' }, { first: 20 }))).toBeGreaterThanOrEqual(3);
  expect(await turnsDuring(() => store.page({ enabled: false }, { first: 20 }))).toBeGreaterThanOrEqual(3);
  expect(await turnsDuring(() => store.count({ enabled: false }))).toBeGreaterThanOrEqual(1);
});
