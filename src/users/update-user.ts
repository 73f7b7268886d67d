import { auditOf } from '../management/audit-of.js';
import { lookedUpId } from '../management/input-limits.js';
import { lost, untilDecided } from '../management/until-decided.js';
import type { Actor } from '../model/actor.js';
import { badInput, notFound } from '../model/management-error.js';
import type { User } from '../model/user.js';
import type { UserChange } from '../store/port/users.js';
import { changedFields } from './changed-fields.js';
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
  const fields = checkedFields(input);
  const at = deps.clock();
  const user = await untilDecided(async () => {
    const before = await deps.store.users.find(id);
    if (before === undefined) throw notFound('user');
    const change = changeOf(fields, before);
    const audit = auditOf(actor, at, { action: 'updateUser', target: id, changes: changedFields({ ...change }) });
    const outcome = await deps.store.users.update(id, change, audit);
    if (outcome === 'unknown') throw notFound('user');
    return outcome === 'moved' ? lost : outcome;
  });
  // The raised epoch has ended them; this shows it in their list. What was opened since, should he be let in again by now, lives.
  if (fields.enabled === false) {
    await deps.store.tokens.revokeFamilies({ userId: id, epochsBelow: { user: user.epoch } }, at);
  }
  return user;
};

type Fields = ReturnType<typeof checkedFields>;

const checkedFields = ({ email, displayName, enabled }: UpdateUserInput) => {
  if (enabled === null) throw badInput('enabled', 'Give true or false, or leave it out: it cannot be cleared.');
  return {
    ...(email === undefined ? {} : { email: email === null ? null : checkedEmail(email) }),
    ...(displayName === undefined
      ? {}
      : { displayName: displayName === null ? null : checkedDisplayName(displayName) }),
    ...(enabled === undefined ? {} : { enabled }),
  };
};

/** Whether he was enabled is part of the write and of its event. */
const changeOf = ({ enabled, ...others }: Fields, before: User): UserChange => ({
  ...others,
  ...(enabled === undefined ? {} : { enabled: { from: before.enabled, to: enabled } }),
});
