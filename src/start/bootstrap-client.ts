import type { ApplicationDeps } from '../applications/application-deps.js';
import type { Config } from '../config.js';
import { matchingSecret } from '../crypto/client-secret.js';
import { isLive } from '../model/application.js';
import { privilegedScopes } from '../model/management-scope.js';
import { ensureClient } from './ensure-client.js';

/**
 * What a management client may do: everything that can be handed out, without asking for it. What it could not do by default it could not
 * hand on either, and key sets that hold `introspect`, its own among them, it could not change.
 */
export const managementClient = {
  grantTypes: ['client_credentials'],
  scopes: privilegedScopes,
  defaultScopes: privilegedScopes,
} as const;

/**
 * Makes the client of `TALLYGATE_BOOTSTRAP_CLIENT_ID` when it is absent; one that is there stays as it is.
 * @returns whether the secret that is set, if one is, authenticates it
 */
export const ensureBootstrapClient = async (deps: ApplicationDeps, config: Config): Promise<boolean> => {
  const { bootstrapClientId: clientId, bootstrapClientSecret: clientSecret } = config;
  if (clientId === undefined || clientSecret === undefined) return true;
  await ensureClient(deps, { ...managementClient, clientId, clientSecret, applicationName: 'Bootstrap' });
  const client = await deps.store.applications.findClient(clientId);
  const now = deps.clock();
  const live = client?.keySet.secrets.filter((secret) => isLive(secret, now)) ?? [];
  return matchingSecret(deps.keyring, live, clientSecret) !== undefined;
};
