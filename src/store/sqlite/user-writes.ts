import type { User } from '../../model/user.js';
import type { UserChange, UserStore } from '../port/users.js';
import { insertAudit } from './audit.js';
import type { Engine } from './engine.js';
import { revokeFamilies } from './families.js';
import { gone } from './gone.js';
import { userErasure } from './removal.js';
import { userOf, userRows, type UserRows } from './user-rows.js';

export const userWrites = (engine: Engine): Pick<UserStore, 'create' | 'update' | 'rehash' | 'erase'> => {
  const rows = userRows(engine);
  const { isErasedUser } = gone(engine);
  const erasure = userErasure(engine);
  const rehash = engine.statement('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?');
  return {
    create: (user, audit) =>
      engine.write(() => {
        if (rows.byId.get(user.id) !== undefined || isErasedUser(user.id)) return 'id_taken';
        if (rows.byUsername.get(user.username) !== undefined) return 'username_taken';
        rows.insert(user);
        insertAudit(engine, audit);
        return 'created';
      }),
    update: updateWith(engine, rows),
    rehash: (id, expected, hash) => engine.write(() => void rehash.run(hash, id, expected)),
    erase: async (id, audit) => {
      const outcome = await engine.write(() => {
        if (!rows.remove(id)) return 'unknown';
        erasure.mark(id);
        insertAudit(engine, audit);
        return 'erased';
      });
      if (outcome === 'erased') await erasure.finish(id);
      return outcome;
    },
  };
};

const updateWith =
  (engine: Engine, rows: UserRows): UserStore['update'] =>
  async (id, change, audit) => {
    const outcome = await engine.write(() => {
      const row = rows.byId.get(id);
      if (row === undefined) return 'unknown';
      const before = userOf(row);
      if (change.enabled !== undefined && change.enabled.from !== before.enabled) return 'moved';
      const user = changed(before, change);
      rows.update(user);
      insertAudit(engine, audit);
      return user;
    });
    // The raised epoch has ended them; this shows it in their list.
    if (change.password !== undefined && typeof outcome !== 'string') {
      await revokeFamilies(engine, { userId: id, epochsBelow: { user: outcome.epoch } }, change.password.at);
    }
    return outcome;
  };

const changed = (user: User, change: UserChange): User => {
  const { email, displayName, ...rest } = user;
  const newEmail = change.email === undefined ? email : (change.email ?? undefined);
  const newName = change.displayName === undefined ? displayName : (change.displayName ?? undefined);
  return {
    ...rest,
    ...(newEmail === undefined ? {} : { email: newEmail }),
    ...(newName === undefined ? {} : { displayName: newName }),
    enabled: change.enabled?.to ?? user.enabled,
    epoch: raisesEpoch(change) ? user.epoch + 1 : user.epoch,
    ...(change.password && { passwordHash: change.password.hash, passwordChangedAt: change.password.at }),
  };
};

const raisesEpoch = ({ enabled, raiseEpoch, password }: UserChange): boolean =>
  raiseEpoch === true || password !== undefined || (enabled?.from === true && !enabled.to);
