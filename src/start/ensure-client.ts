import type { ApplicationDeps } from '../applications/application-deps.js';
import { createApplication } from '../applications/create-application.js';
import { generateKeys } from '../applications/generate-keys.js';
import { nameKey, type Application } from '../model/application.js';
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

/**
 * Makes a client unless there is one with its id, which is then left as it is. Several servers may do it at once, and one that was cut
 * off in the middle may do it again.
 */
export const ensureClient = async (deps: ApplicationDeps, wanted: WantedClient): Promise<void> => {
  if ((await deps.store.applications.findClient(wanted.clientId)) !== undefined) return;
  try {
    await make(deps, wanted);
  } catch (error) {
    // Somebody else made it in between: then it is there.
    const isThere = (await deps.store.applications.findClient(wanted.clientId)) !== undefined;
    if (!(error instanceof ManagementError) || !isThere) throw error;
  }
};

const make = async (deps: ApplicationDeps, wanted: WantedClient): Promise<void> => {
  const { clientId, clientSecret, grantTypes, scopes, defaultScopes } = wanted;
  const { id } = await emptyApplication(deps, wanted);
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
): Promise<Application> => {
  const known = await deps.store.applications.findByName(nameKey(applicationName));
  if (known === undefined) return createApplication(deps, systemActor, { name: applicationName });
  if (Object.keys(known.keys).length === 0) return known;
  return createApplication(deps, systemActor, { name: `${applicationName} ${clientId.slice(0, 60)}` });
};
