import type { User } from '../../model/user.js';
import type { UserChange, UserFilter, UserStore } from '../port/users.js';
import { insertAudit } from './audit.js';
import type { Statements } from './connection.js';
import type { Engine } from './engine.js';
import { gone } from './gone.js';
import { behind, inList, pageOf, when, where, type Condition } from './listing.js';
import { userErasure } from './removal.js';

interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly display_name: string | null;
  readonly enabled: number;
  readonly epoch: number;
  readonly password_hash: string | null;
  readonly created_at: number;
  readonly password_changed_at: number | null;
}

export const sqliteUsers = (engine: Engine): UserStore => {
  const rows = userRows(engine);
  const { isErasedUser } = gone(engine);
  const eraseAllOf = userErasure(engine);
  const rehash = engine.statement('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?');
  const endFamilies = engine.statement('UPDATE families SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL');
  return {
    create: (user, audit) =>
      engine.write(() => {
        if (rows.byId.get(user.id) !== undefined || isErasedUser(user.id)) return 'id_taken';
        if (rows.byUsername.get(user.username) !== undefined) return 'username_taken';
        rows.insert(user);
        insertAudit(engine, audit);
        return 'created';
      }),
    update: (id, change, audit) =>
      engine.write(() => {
        const row = rows.byId.get(id);
        if (row === undefined) return 'unknown';
        const user = changed(userOf(row), change);
        rows.update(user);
        if (change.password !== undefined) endFamilies.run(change.password.at, id);
        insertAudit(engine, audit);
        return user;
      }),
    rehash: (id, expected, hash) => engine.write(() => void rehash.run(hash, id, expected)),
    erase: (id, audit) =>
      engine.write(() => {
        if (!rows.remove(id)) return 'unknown';
        eraseAllOf(id);
        insertAudit(engine, audit);
        return 'erased';
      }),
    find: (id) => engine.read(() => parsed(rows.byId.get(id))),
    findByUsername: (username) => engine.read(() => parsed(rows.byUsername.get(username))),
    findMany: (ids) => engine.read(() => findUsers(engine, ids)),
    page: (filter, request) =>
      engine.read(() => {
        const { sql, values } = where([...conditions(filter), ...behind(request, 'created_at, id', '>')]);
        const select = `SELECT * FROM users ${sql} ORDER BY created_at, id LIMIT ?`;
        return pageOf(engine.statement<UserRow>(select).all(...values, request.first + 1), request, userOf);
      }),
    count: (filter) =>
      engine.read(() => {
        const { sql, values } = where(conditions(filter));
        const count = `SELECT count(*) AS n FROM users ${sql}`;
        return engine.statement<{ readonly n: number }>(count).get(...values)?.n ?? 0;
      }),
  };
};

export const findUsers = (statements: Statements, ids: readonly string[]): readonly User[] =>
  statements
    .statement<UserRow>(`SELECT * FROM users WHERE ${inList('id')} ORDER BY created_at, id`)
    .all(JSON.stringify(ids))
    .map(userOf);

const userOf = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  ...(row.email === null ? {} : { email: row.email }),
  ...(row.display_name === null ? {} : { displayName: row.display_name }),
  enabled: row.enabled === 1,
  epoch: row.epoch,
  ...(row.password_hash === null ? {} : { passwordHash: row.password_hash }),
  createdAt: row.created_at,
  ...(row.password_changed_at === null ? {} : { passwordChangedAt: row.password_changed_at }),
});

const parsed = (row: UserRow | undefined): User | undefined => row && userOf(row);

const changed = (user: User, change: UserChange): User => {
  const { email, displayName, ...rest } = user;
  const newEmail = change.email === undefined ? email : (change.email ?? undefined);
  const newName = change.displayName === undefined ? displayName : (change.displayName ?? undefined);
  const switchedOff = change.enabled === false && user.enabled;
  const raised = switchedOff || change.raiseEpoch === true || change.password !== undefined;
  return {
    ...rest,
    ...(newEmail === undefined ? {} : { email: newEmail }),
    ...(newName === undefined ? {} : { displayName: newName }),
    enabled: change.enabled ?? user.enabled,
    epoch: raised ? user.epoch + 1 : user.epoch,
    ...(change.password && { passwordHash: change.password.hash, passwordChangedAt: change.password.at }),
  };
};

/** By range and not by LIKE, so that an index finds the names. No name holds U+10FFFF, which is no character. */
const conditions = (filter: UserFilter): readonly Condition[] => [
  ...when(filter.usernameStartsWith, 'username >= ? AND username < ?', (start) => [start, `${start}\u{10FFFF}`]),
  ...when(filter.enabled, 'enabled = ?', (enabled) => [Number(enabled)]),
];

/** Each call is part of a write. */
const userRows = (engine: Engine) => {
  const insert = engine.statement(
    `INSERT INTO users (id, username, email, display_name, enabled, epoch, password_hash, created_at, password_changed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = engine.statement(
    `UPDATE users SET email = ?, display_name = ?, enabled = ?, epoch = ?, password_hash = ?, password_changed_at = ?
     WHERE id = ?`,
  );
  const remove = engine.statement('DELETE FROM users WHERE id = ?');
  return {
    byId: engine.statement<UserRow>('SELECT * FROM users WHERE id = ?'),
    byUsername: engine.statement<UserRow>('SELECT * FROM users WHERE username = ?'),
    insert: (user: User): void => {
      const { id, username, email, displayName, enabled, epoch, passwordHash, createdAt, passwordChangedAt } = user;
      insert.run(
        ...[id, username, email ?? null, displayName ?? null, Number(enabled), epoch],
        ...[passwordHash ?? null, createdAt, passwordChangedAt ?? null],
      );
    },
    update: (user: User): void => {
      const { id, email, displayName, enabled, epoch, passwordHash, passwordChangedAt } = user;
      update.run(
        ...[email ?? null, displayName ?? null, Number(enabled), epoch],
        ...[passwordHash ?? null, passwordChangedAt ?? null, id],
      );
    },
    remove: (id: string): boolean => remove.run(id) === 1,
  };
};
