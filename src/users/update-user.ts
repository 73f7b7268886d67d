import { auditOf } from '../management/audit-of.js';
import { lookedUpId } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import { badInput, notFound } from '../model/management-error.js';
import type { User } from '../model/user.js';
import type { UserChange } from '../store/port/users.js';
import { changedFields } from './changed-fields.js';
import { endFamilies } from './end-families.js';
import type { UserDeps } from './user-deps.js';
import { checkedDisplayName, checkedEmail } from './user-fields.js';

export interface UpdateUserInput {
  readonly id: string;
  readonly email?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
}

/**
 * Changes what is given; null clears e-mail and display name. `enabled: false` ends everything that was issued to the user, for good.
 * @throws ManagementError NOT_FOUND; BAD_USER_INPUT on the field
 */
export const updateUser = async (deps: UserDeps, actor: Actor, input: UpdateUserInput): Promise<User> => {
  const id = lookedUpId('id', input.id);
  const change = checkedChange(input);
  const at = deps.clock();
  const audit = auditOf(actor, at, { action: 'updateUser', target: id, changes: changedFields(change) });
  const user = await deps.store.users.update(id, change, audit);
  if (user === 'unknown') throw notFound('user');
  if (change.enabled === false) await endFamilies(deps.store.tokens, user, at);
  return user;
};

const checkedChange = ({ email, displayName, enabled }: UpdateUserInput): UserChange => {
  if (enabled === null) throw badInput('enabled', 'Give true or false, or leave it out: it cannot be cleared.');
  return {
    ...(email === undefined ? {} : { email: email === null ? null : checkedEmail(email) }),
    ...(displayName === undefined
      ? {}
      : { displayName: displayName === null ? null : checkedDisplayName(displayName) }),
    ...(enabled === undefined ? {} : { enabled }),
  };
};
