import type { Actor } from '../model/actor.js';
import type { Client } from '../model/application.js';
import type { GrantName } from '../model/grant-name.js';
import type { ApplicationDeps } from './application-deps.js';
import { updateKeySet } from './change-key-set.js';
import { checkedGrantTypes, listedGrantTypes } from './key-set-settings.js';

export interface GrantTypesInput {
  readonly clientId: string;
  readonly grantTypes: readonly GrantName[];
}

/**
 * Switches grant types on; those that are on stay on. What ended when one was switched off stays ended.
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on the field
 */
export const enableGrantTypes = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: GrantTypesInput,
): Promise<Client> => {
  const enabled = listedGrantTypes(input.grantTypes);
  return updateKeySet(deps, actor, {
    action: 'enableGrantTypes',
    clientId: input.clientId,
    change: (keySet) => ({
      ...keySet,
      grantTypes: checkedGrantTypes([...keySet.grantTypes, ...enabled], keySet.authenticationMethod),
    }),
  });
};
