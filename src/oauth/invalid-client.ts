import type { Client } from '../model/application.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';

/** What is said of everything that depends on which clients there are, and on their secrets, keys and state. */
const oneOfMany = 'Client authentication failed: the client is unknown or its credentials are wrong.';

interface Told {
  /** Whose authentication failed, where there is such a client; for the log. */
  readonly claimed?: Client;
  /** Absent: the sentence that fits all. */
  readonly description?: string;
}

/**
 * Failed client authentication (RFC 6749 §5.2, RFC 7617 §2). `detail` is for the log alone. The answer is specific only where the request by
 * itself shows what is wrong, or where an assertion was signed by the client's own key (RFC 7523 §3.2).
 */
export const invalidClient = (detail: string, { claimed, description = oneOfMany }: Told = {}): OAuthError =>
  new OAuthError('invalid_client', description, {
    detail,
    claimedClientId: claimed?.keySet.clientId,
    headers: { 'www-authenticate': 'Basic realm="tallygate", charset="UTF-8"' },
  });

/**
 * Refuses a client that is there. Not before the store was asked as it is for one that is not: else the time would tell which ids exist.
 * @throws OAuthError invalid_client
 */
export const refuseKnown = async (
  { store }: OAuthDeps,
  detail: string,
  told: Told & { readonly claimed: Client },
): Promise<never> => {
  await store.applications.findNobody();
  throw invalidClient(detail, told);
};
