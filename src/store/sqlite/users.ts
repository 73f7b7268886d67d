import { setImmediate } from 'node:timers/promises';
import type { PageRequest } from '../../model/page.js';
import type { User } from '../../model/user.js';
import type { UserFilter, UserStore } from '../port/users.js';
import type { Statements } from './connection.js';
import type { Engine } from './engine.js';
import { behind, countOf, inList, pageOf, when, where, type Condition } from './listing.js';
import { userOf, type UserRow } from './user-rows.js';
import { userWrites } from './user-writes.js';
import { walkedRows } from './walk.js';

export const sqliteUsers = (engine: Engine): UserStore => {
  const byId = engine.statement<UserRow>('SELECT * FROM users WHERE id = ?');
  const byUsername = engine.statement<UserRow>('SELECT * FROM users WHERE username = ?');
  return {
    ...userWrites(engine),
    find: (id) => engine.read(() => parsed(byId.get(id))),
    findByUsername: (username) => engine.read(() => parsed(byUsername.get(username))),
    findMany: (ids) => engine.read(() => findUsers(engine, ids)),
    page: async (filter, request) => {
      const isNarrow = await engine.read(() => isFewNames(engine, filter));
      const rows = isNarrow
        ? await engine.read(() => fewRows(engine, filter, request))
        : await allRows(engine, filter, request);
      return pageOf(rows, request, userOf);
    },
    count: (filter) =>
      filter.enabled === undefined
        ? engine.read(() => countOf(engine, 'users', conditions(filter)))
        : countInTurns(engine, filter),
  };
};

const fewNames = 1000;

/** Whether the index of the names finds few, which are put in order at once. */
const isFewNames = (statements: Statements, { usernames }: UserFilter): boolean => {
  if (usernames === undefined) return false;
  const { sql, values } = where(conditions({ usernames }));
  const some = `SELECT count(*) AS n FROM (SELECT 1 FROM users ${sql} LIMIT ${fewNames + 1})`;
  return (statements.statement<{ readonly n: number }>(some).get(...values)?.n ?? 0) <= fewNames;
};

/** The plus signs keep SQLite from going through all users in their order instead. */
const fewRows = (statements: Statements, filter: UserFilter, request: PageRequest): readonly UserRow[] => {
  const { sql, values } = where([...conditions(filter), ...behind(request, '+created_at, +id', '>')]);
  const select = `SELECT * FROM users ${sql} ORDER BY +created_at, +id LIMIT ?`;
  return statements.statement<UserRow>(select).all(...values, request.first + 1);
};

const allRows = (statements: Statements, filter: UserFilter, request: PageRequest): Promise<readonly UserRow[]> => {
  const list = { table: 'users', columns: '*', at: 'created_at', order: 'ASC', within: [] } as const;
  return walkedRows<UserRow>(statements, { ...list, filter: conditions(filter) }, request);
};

const rowsPerTurn = 5000;

/** What no index holds is counted row by row, and others have their turn in between. */
const countInTurns = async (engine: Engine, filter: UserFilter): Promise<number> => {
  const fits = conditions(filter);
  const step = engine.statement<{ readonly n: number; readonly last: number | null }>(
    `SELECT count(*) FILTER (${where(fits).sql}) AS n, max(place) AS last
     FROM (SELECT rowid AS place, username, enabled FROM users WHERE rowid > ? ORDER BY rowid LIMIT ${rowsPerTurn})`,
  );
  let counted = 0;
  for (let place: number | null = 0; place !== null;) {
    const from: number = place;
    const { n = 0, last = null } = (await engine.read(() => step.get(...where(fits).values, from))) ?? {};
    counted += n;
    place = last;
    await setImmediate();
  }
  return counted;
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
