import type { ApplicationDeps } from '../applications/application-deps.js';
import type { Config } from '../config.js';
import { managementScopes, privilegedScopes } from '../model/management-scope.js';
import { ensureClient } from './ensure-client.js';

/** What a management client may do: everything that can be handed out, and without asking for anything the whole management API. */
export const managementClient = {
  grantTypes: ['client_credentials'],
  scopes: privilegedScopes,
  defaultScopes: managementScopes,
} as const;

/** Makes the client of `TALLYGATE_BOOTSTRAP_CLIENT_ID` when it is absent. */
export const ensureBootstrapClient = async (deps: ApplicationDeps, config: Config): Promise<void> => {
  const { bootstrapClientId: clientId, bootstrapClientSecret: clientSecret } = config;
  if (clientId === undefined || clientSecret === undefined) return;
  await ensureClient(deps, { ...managementClient, clientId, clientSecret, applicationName: 'Bootstrap' });
};
