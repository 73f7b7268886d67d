import type { Client } from '../model/application.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';

/** The one answer to failed client authentication: what failed, and whose it was, is for the log alone (RFC 6749 §5.2, RFC 7617 §2). */
export const invalidClient = (detail: string, claimed?: Client): OAuthError =>
  new OAuthError(
    'invalid_client',
    'Client authentication failed: the client is unknown or its credentials are wrong.',
    {
      detail,
      claimedClientId: claimed?.keySet.clientId,
      headers: { 'www-authenticate': 'Basic realm="tallygate", charset="UTF-8"' },
    },
  );

/**
 * Refuses a client that is there. Not before the store was asked as it is for one that is not: else the time would tell which ids exist.
 * @throws OAuthError invalid_client
 */
export const refuseKnown = async ({ store }: OAuthDeps, detail: string, claimed: Client): Promise<never> => {
  await store.applications.findNobody();
  throw invalidClient(detail, claimed);
};
