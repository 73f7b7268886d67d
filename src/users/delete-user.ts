import { auditOf } from '../management/audit-of.js';
import { lookedUpId } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import { notFound } from '../model/management-error.js';
import type { UserDeps } from './user-deps.js';

export interface DeleteUserInput {
  readonly id: string;
}

/**
 * Erases a user with his registrations and everything that was issued to him; his name is free again.
 * @returns his id
 * @throws ManagementError NOT_FOUND; BAD_USER_INPUT on `id`
 */
export const deleteUser = async (deps: UserDeps, actor: Actor, input: DeleteUserInput): Promise<string> => {
  const id = lookedUpId('id', input.id);
  const audit = auditOf(actor, deps.clock(), { action: 'deleteUser', target: id });
  if ((await deps.store.users.erase(id, audit)) === 'unknown') throw notFound('user');
  return id;
};
