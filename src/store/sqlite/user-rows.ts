import type { User } from '../../model/user.js';
import type { Statement } from './connection.js';
import type { Engine } from './engine.js';

export interface UserRow {
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

export const userOf = (row: UserRow): User => ({
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

/** Each call is part of a write. */
export interface UserRows {
  readonly byId: Statement<UserRow>;
  readonly byUsername: Statement<UserRow>;
  insert(user: User): void;
  update(user: User): void;
  /** Whether there was one. */
  remove(id: string): boolean;
}

export const userRows = (engine: Engine): UserRows => {
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
    insert: (user) => {
      const { id, username, email, displayName, enabled, epoch, passwordHash, createdAt, passwordChangedAt } = user;
      insert.run(
        ...[id, username, email ?? null, displayName ?? null, Number(enabled), epoch],
        ...[passwordHash ?? null, createdAt, passwordChangedAt ?? null],
      );
    },
    update: (user) => {
      const { id, email, displayName, enabled, epoch, passwordHash, passwordChangedAt } = user;
      update.run(
        ...[email ?? null, displayName ?? null, Number(enabled), epoch],
        ...[passwordHash ?? null, passwordChangedAt ?? null, id],
      );
    },
    remove: (id) => remove.run(id) === 1,
  };
};
