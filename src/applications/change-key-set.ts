import { lookedUpId } from '../management/input-limits.js';
import { clientByClientId, keySetByClientId, withKeySet, withoutKeySet } from '../management/key-sets.js';
import type { Actor } from '../model/actor.js';
import type { Application, Client, KeySet } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { ApplicationDeps } from './application-deps.js';
import { changeApplication } from './change-application.js';

export interface KeySetChange {
  /** Name of the mutation, for the audit event. */
  readonly action: string;
  readonly clientId: string;
  readonly ifVersion?: number | null | undefined;
  /** Pure, may run several times; undefined: the key set goes. Refuses by throwing a ManagementError. */
  readonly change: (keySet: KeySet, at: EpochMillis) => KeySet | undefined;
}

/** A change after which the key set is still there. */
export interface KeySetUpdate extends KeySetChange {
  readonly change: (keySet: KeySet, at: EpochMillis) => KeySet;
}

/**
 * Changes one key set, found by its client id, as `changeApplication` does.
 * @returns the application as it was written
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on `clientId`
 */
export const changeKeySet = async (
  deps: ApplicationDeps,
  actor: Actor,
  { action, ifVersion, change, ...wanted }: KeySetChange,
): Promise<Application> => {
  const clientId = lookedUpId('clientId', wanted.clientId);
  return changeApplication(deps, actor, {
    action,
    what: 'key set',
    load: async () => (await deps.store.applications.findClient(clientId))?.application,
    target: (before) => clientByClientId(before, clientId).keySet.id,
    touches: (application) => [keySetByClientId(application, clientId) ?? []].flat(),
    ifVersion,
    change: (before, at) => {
      const { keySet } = clientByClientId(before, clientId);
      const changed = change(keySet, at);
      return changed === undefined ? withoutKeySet(before, keySet.environment) : withKeySet(before, changed);
    },
  });
};

/** As `changeKeySet`, for a change after which the key set is still there: the client as it was written. */
export const updateKeySet = async (deps: ApplicationDeps, actor: Actor, change: KeySetUpdate): Promise<Client> =>
  clientByClientId(await changeKeySet(deps, actor, change), change.clientId);
