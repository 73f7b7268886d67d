import type { ApplicationDeps } from '../applications/application-deps.js';
import { createApplication } from '../applications/create-application.js';
import { generateKeys } from '../applications/generate-keys.js';
import { keySetsOf, nameKey, type Application } from '../model/application.js';
import type { GrantName } from '../model/grant-name.js';
import { ManagementError } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import { systemActor } from './system-actor.js';

export interface WantedClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly applicationName: string;
  readonly grantTypes: readonly GrantName[];
  readonly scopes: readonly string[];
  readonly defaultScopes: readonly string[];
}

/** Each round in which another server comes first finds more of what is wanted. */
const rounds = 10;

/**
 * Makes a client unless there is one with its id, which is then left as it is. Several servers may do it at once, and one that was cut
 * off in the middle may do it again: what another one has begun is found and finished.
 */
export const ensureClient = async (deps: ApplicationDeps, wanted: WantedClient): Promise<void> => {
  for (let round = 1; ; round += 1) {
    if ((await deps.store.applications.findClient(wanted.clientId)) !== undefined) return;
    try {
      await make(deps, wanted);
      return;
    } catch (error) {
      if (!(error instanceof ManagementError) || round === rounds) throw error;
    }
  }
};

const make = async (deps: ApplicationDeps, wanted: WantedClient): Promise<void> => {
  const { clientId, clientSecret, applicationName, grantTypes, scopes, defaultScopes } = wanted;
  const known = await deps.store.applications.findByName(nameKey(applicationName));
  if (known !== undefined && keySetsOf(known).some((keySet) => keySet.clientId === clientId)) return;
  const { id } = await emptyApplication(deps, wanted, known);
  await generateKeys(deps, systemActor, {
    applicationId: id,
    clientId,
    clientSecret,
    grantTypes,
    scopes,
    defaultScopes,
  });
};

/** The application of this name if it has no keys yet; where another one has the name, the client id makes it different. */
const emptyApplication = async (
  deps: ApplicationDeps,
  { applicationName, clientId }: WantedClient,
  known: Application | undefined,
): Promise<Application> => {
  if (known === undefined) return createApplication(deps, systemActor, { name: applicationName });
  if (keySetsOf(known).length === 0) return known;
  const name = `${applicationName} ${clientId.slice(0, 60)}`;
  const own = await deps.store.applications.findByName(nameKey(name));
  return own !== undefined && keySetsOf(own).length === 0 ? own : createApplication(deps, systemActor, { name });
};
