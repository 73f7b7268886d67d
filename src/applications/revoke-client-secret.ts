import { lookedUpId } from '../management/input-limits.js';
import { raiseEpoch } from '../management/key-sets.js';
import type { Actor } from '../model/actor.js';
import type { Client } from '../model/application.js';
import { notFound } from '../model/management-error.js';
import type { ApplicationDeps } from './application-deps.js';
import { updateKeySet } from './change-key-set.js';

export interface RevokeClientSecretInput {
  readonly clientId: string;
  readonly secretId: string;
  /** For a compromised secret: everything issued to the client ends in the same write. Absent: it stays. */
  readonly revokeGrants?: boolean | null | undefined;
}

/**
 * Ends one secret of a client at once.
 * @throws ManagementError NOT_FOUND, also for the secret; as `changeApplication`; BAD_USER_INPUT on the field
 */
export const revokeClientSecret = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: RevokeClientSecretInput,
): Promise<Client> => {
  const secretId = lookedUpId('secretId', input.secretId);
  return updateKeySet(deps, actor, {
    action: 'revokeClientSecret',
    clientId: input.clientId,
    change: (keySet) => {
      const secrets = keySet.secrets.filter(({ id }) => id !== secretId);
      if (secrets.length === keySet.secrets.length) throw notFound('client secret');
      return { ...(input.revokeGrants === true ? raiseEpoch(keySet) : keySet), secrets };
    },
  });
};
