import { auditOf } from '../management/audit-of.js';
import { lookedUpId } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import { notFound } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import type { User } from '../model/user.js';
import { changedFields } from './changed-fields.js';
import { hashPassword } from './hash-password.js';
import type { UserDeps } from './user-deps.js';
import { checkedPassword } from './user-fields.js';

export interface SetUserPasswordInput {
  readonly id: string;
  readonly password: Secret;
}

/**
 * Gives a user another password; everything that was issued to him ends in the same write, also when it is the password he had.
 * @throws ManagementError NOT_FOUND; UNAVAILABLE while too many passwords wait; BAD_USER_INPUT on the field
 */
export const setUserPassword = async (deps: UserDeps, actor: Actor, input: SetUserPasswordInput): Promise<User> => {
  const id = lookedUpId('id', input.id);
  const password = checkedPassword(input.password);
  // Only to spare the hash threads: what decides is the write.
  if ((await deps.store.users.find(id)) === undefined) throw notFound('user');
  const hash = await hashPassword(deps.passwordHasher, password);
  const at = deps.clock();
  const audit = auditOf(actor, at, { action: 'setUserPassword', target: id, changes: changedFields({ password }) });
  const user = await deps.store.users.update(id, { password: { hash, at } }, audit);
  if (typeof user === 'string') throw notFound('user');
  return user;
};
