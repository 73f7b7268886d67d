import type { Actor } from '../model/actor.js';
import type { Client, KeySet } from '../model/application.js';
import type { ApplicationDeps } from './application-deps.js';
import { notNull } from './application-fields.js';
import { updateKeySet } from './change-key-set.js';
import { checkedJwks } from './key-set-credentials.js';
import { checkedSettings, type KeySetInput } from './key-set-settings.js';

export interface UpdateKeysInput extends KeySetInput {
  readonly clientId: string;
  readonly enabled?: boolean | null | undefined;
  /** Of a PRIVATE_KEY_JWT client, which cannot be without. */
  readonly jwks?: string | null | undefined;
  /** Of the application. */
  readonly ifVersion?: number | null | undefined;
}

/**
 * Changes the settings that are given; null goes back to the default. `enabled: false` ends everything that was issued to the client, a
 * grant type left out ends the families it made (REFRESH_TOKEN: refreshing is refused while it is off), for good.
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on the field
 */
export const updateKeys = async (deps: ApplicationDeps, actor: Actor, input: UpdateKeysInput): Promise<Client> =>
  updateKeySet(deps, actor, {
    action: 'updateKeys',
    clientId: input.clientId,
    ifVersion: input.ifVersion,
    change: (keySet) => updated(keySet, input, deps.issuer),
  });

const updated = (keySet: KeySet, input: UpdateKeysInput, issuer: string): KeySet => {
  const { authenticationMethod } = keySet;
  const jwks = input.jwks === undefined ? keySet.jwks : checkedJwks(input.jwks, authenticationMethod);
  return {
    ...identityOf(keySet),
    enabled: notNull('enabled', input.enabled) ?? keySet.enabled,
    ...checkedSettings(input, { issuer, authenticationMethod, present: keySet }),
    ...(jwks === undefined ? {} : { jwks }),
  };
};

/** What no update changes. Picked, not spread: a default scope list that was cleared is to be gone. */
const identityOf = ({
  id,
  clientId,
  environment,
  authenticationMethod,
  secrets,
  epoch,
  grantEpochs,
  createdAt,
}: KeySet) => ({ id, clientId, environment, authenticationMethod, secrets, epoch, grantEpochs, createdAt });
