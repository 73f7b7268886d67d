import type { Actor } from '../model/actor.js';
import type { ApplicationDeps } from './application-deps.js';
import { changeKeySet } from './change-key-set.js';

export interface DeleteKeysInput {
  readonly clientId: string;
}

/**
 * Deletes a key set: everything that was issued to it ends. Keys made anew, also under the same client id, bring nothing back.
 * @returns the client id
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on `clientId`
 */
export const deleteKeys = async (deps: ApplicationDeps, actor: Actor, input: DeleteKeysInput): Promise<string> => {
  const { clientId } = input;
  await changeKeySet(deps, actor, { action: 'deleteKeys', clientId, change: () => undefined });
  return clientId;
};
