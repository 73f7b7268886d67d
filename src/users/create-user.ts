import { randomId } from '../crypto/random-token.js';
import { auditOf } from '../management/audit-of.js';
import { createOnce } from '../management/create-once.js';
import type { Actor } from '../model/actor.js';
import { ManagementError } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import type { User } from '../model/user.js';
import { changedFields } from './changed-fields.js';
import { hashPassword } from './hash-password.js';
import type { UserDeps } from './user-deps.js';
import { checkedDisplayName, checkedEmail, checkedPassword, checkedUsername } from './user-fields.js';

export interface CreateUserInput {
  readonly username: string;
  /** Absent: the user cannot use the password grant until setUserPassword gives him one. */
  readonly password?: Secret | undefined;
  readonly email?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/**
 * Makes a user.
 * @throws ManagementError CONFLICT on `username` when somebody has it; UNAVAILABLE while too many passwords wait; BAD_USER_INPUT on the
 *   field; as `createOnce`
 */
export const createUser = async (deps: UserDeps, actor: Actor, input: CreateUserInput): Promise<User> => {
  const fields = checkedFields(input);
  const password = input.password && checkedPassword(input.password);
  const created = await createOnce(deps, actor, {
    mutation: 'createUser',
    idempotencyKey: input.idempotencyKey,
    input: fields,
    newId: () => randomId('user'),
    create: (id, eventId) => insert(deps, actor, { id, eventId, fields, password }),
    find: (id) => deps.store.users.find(id),
  });
  return created.value;
};

type Fields = Pick<User, 'username' | 'email' | 'displayName'>;

const checkedFields = ({ username, email, displayName }: CreateUserInput): Fields => ({
  username: checkedUsername(username),
  ...(email === undefined || email === null ? {} : { email: checkedEmail(email) }),
  ...(displayName === undefined || displayName === null ? {} : { displayName: checkedDisplayName(displayName) }),
});

interface Insertion {
  readonly id: string;
  readonly eventId: string;
  readonly fields: Fields;
  readonly password: Secret | undefined;
}

const insert = async (deps: UserDeps, actor: Actor, { id, eventId, fields, password }: Insertion): Promise<User> => {
  // Only to spare the hash threads: what decides is the write.
  if ((await deps.store.users.findByUsername(fields.username)) !== undefined) throw usernameTaken();
  const passwordHash = password && (await hashPassword(deps.passwordHasher, password));
  const at = deps.clock();
  const user: User = {
    id,
    ...fields,
    enabled: true,
    epoch: 0,
    createdAt: at,
    ...(passwordHash === undefined ? {} : { passwordHash, passwordChangedAt: at }),
  };
  const changes = changedFields({ ...fields, password });
  const audit = auditOf(actor, at, { id: eventId, action: 'createUser', target: id, changes });
  switch (await deps.store.users.create(user, audit)) {
    case 'created':
      return user;
    case 'username_taken':
      throw usernameTaken();
    case 'id_taken':
      throw new ManagementError('CONFLICT', 'An object with this id exists already.');
  }
};

const usernameTaken = (): ManagementError =>
  new ManagementError('CONFLICT', 'Another user has this user name; capitals make no difference.', {
    field: 'username',
  });
