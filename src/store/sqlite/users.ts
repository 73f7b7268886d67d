import type { User } from '../../model/user.js';
import type { UserFilter, UserStore } from '../port/users.js';
import type { Statements } from './connection.js';
import type { Engine } from './engine.js';
import { behind, countOf, inList, pageOf, when, where, type Condition } from './listing.js';
import { userOf, type UserRow } from './user-rows.js';
import { userWrites } from './user-writes.js';

export const sqliteUsers = (engine: Engine): UserStore => {
  const byId = engine.statement<UserRow>('SELECT * FROM users WHERE id = ?');
  const byUsername = engine.statement<UserRow>('SELECT * FROM users WHERE username = ?');
  return {
    ...userWrites(engine),
    find: (id) => engine.read(() => parsed(byId.get(id))),
    findByUsername: (username) => engine.read(() => parsed(byUsername.get(username))),
    findMany: (ids) => engine.read(() => findUsers(engine, ids)),
    page: (filter, request) =>
      engine.read(() => {
        const { sql, values } = where([...conditions(filter), ...behind(request, 'created_at, id', '>')]);
        const select = `SELECT * FROM users ${sql} ORDER BY created_at, id LIMIT ?`;
        return pageOf(engine.statement<UserRow>(select).all(...values, request.first + 1), request, userOf);
      }),
    count: (filter) => engine.read(() => countOf(engine, 'users', conditions(filter))),
  };
};

export const findUsers = (statements: Statements, ids: readonly string[]): readonly User[] =>
  statements
    .statement<UserRow>(`SELECT * FROM users WHERE ${inList('id')} ORDER BY created_at, id`)
    .all(JSON.stringify(ids))
    .map(userOf);

const parsed = (row: UserRow | undefined): User | undefined => row && userOf(row);

const conditions = (filter: UserFilter): readonly Condition[] => [
  ...when(filter.usernames, 'username >= ? AND username < ?', ({ from, below }) => [from, below]),
  ...when(filter.enabled, 'enabled = ?', (enabled) => [Number(enabled)]),
];
