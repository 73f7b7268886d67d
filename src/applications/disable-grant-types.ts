import type { Actor } from '../model/actor.js';
import type { Client } from '../model/application.js';
import type { ApplicationDeps } from './application-deps.js';
import { updateKeySet } from './change-key-set.js';
import type { GrantTypesInput } from './enable-grant-types.js';
import { listedGrantTypes } from './key-set-settings.js';

/**
 * Switches grant types off; those that are off stay off. Families made by one of them end for good, except that REFRESH_TOKEN only refuses
 * to refresh while it is off.
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on the field
 */
export const disableGrantTypes = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: GrantTypesInput,
): Promise<Client> => {
  const disabled = listedGrantTypes(input.grantTypes);
  return updateKeySet(deps, actor, {
    action: 'disableGrantTypes',
    clientId: input.clientId,
    change: (keySet) => ({
      ...keySet,
      grantTypes: keySet.grantTypes.filter((name) => !disabled.includes(name)),
    }),
  });
};
