import { matchingSecret } from '../crypto/client-secret.js';
import type { Keyring } from '../crypto/keyring.js';
import { isLive, isUsable, type Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { Secret } from '../model/secret.js';
import { parseBasic } from './basic-credentials.js';
import { authenticateByAssertion } from './client-assertion.js';
import type { Form } from './form.js';
import { invalidClient, refuseKnown } from './invalid-client.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';
import { settleRotation } from './settle-rotation.js';

/** Who sent the request, as read before its credentials were checked. */
export interface AuthenticatedClient {
  readonly client: Client;
  /** Of the secret that authenticated; absent where another method did. */
  readonly secretId?: string;
}

export interface PresentedCredentials {
  /** Every `Authorization` header as sent. */
  readonly authorization: readonly string[];
  readonly form: Form;
  readonly at: EpochMillis;
  /** For the audit event of a rotation that this use completes. */
  readonly requestId: string;
}

/**
 * Client authentication (RFC 6749 §2.3): a secret in the header or in the body, a signed assertion, or nothing for a public client; one method per request.
 * The first use of a rotated secret gives the ones before it their end.
 * @throws OAuthError invalid_request for more than one method, invalid_client for everything else
 */
export const authenticateClient = async (
  deps: OAuthDeps,
  presented: PresentedCredentials,
): Promise<AuthenticatedClient> => {
  const authenticated = await byOneMethod(deps, presented);
  const { client, secretId } = authenticated;
  if (secretId === undefined || !awaitsFirstUse(client, secretId)) return authenticated;
  const { at, requestId } = presented;
  if (await settleRotation(deps, { client, secretId, at, requestId })) return authenticated;
  throw invalidClient('the secret was revoked meanwhile');
};

const awaitsFirstUse = ({ keySet }: Client, secretId: string): boolean =>
  keySet.secrets.some((secret) => secret.id === secretId && secret.retiresOlderAfterSeconds !== undefined);

const byOneMethod = async (
  deps: OAuthDeps,
  { authorization, form, at }: PresentedCredentials,
): Promise<AuthenticatedClient> => {
  refuseSeveralMethods(authorization, form);
  const [header] = authorization;
  if (header !== undefined) return byHeader(deps, { header, bodyClientId: form.get('client_id'), at });
  if (hasAssertion(form)) return { client: await authenticateByAssertion(deps, form, at) };
  const clientId = form.get('client_id');
  const clientSecret = form.get('client_secret');
  if (clientId === undefined) throw noAuthentication();
  if (clientSecret === undefined) return byNothing(deps, clientId);
  return bySecret(deps, { clientId, clientSecret: new Secret(clientSecret), at });
};

const noAuthentication = (): OAuthError =>
  invalidClient('no client authentication', {
    description:
      'The request does not say which client it is from: send HTTP Basic, or client_id and client_secret in the body, or a client assertion.',
  });

/** One of its two parameters without the other is an assertion too, and a wrong one (RFC 7521 §4.2): never a public client. */
const hasAssertion = (form: Form): boolean =>
  (form.get('client_assertion') ?? form.get('client_assertion_type')) !== undefined;

const refuseSeveralMethods = (authorization: readonly string[], form: Form): void => {
  const inBody = form.get('client_secret') !== undefined;
  if (authorization.length + Number(inBody) + Number(hasAssertion(form)) < 2) return;
  throw new OAuthError('invalid_request', 'Authenticate the client by one method only: header, body or assertion.');
};

const byHeader = (
  deps: OAuthDeps,
  {
    header,
    bodyClientId,
    at,
  }: { readonly header: string; readonly bodyClientId: string | undefined; readonly at: EpochMillis },
): Promise<AuthenticatedClient> => {
  const credentials = parseBasic(header);
  if (credentials === undefined) throw notBasic();
  if (bodyClientId !== undefined && bodyClientId !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'The client_id in the body is not the one in the Authorization header.');
  }
  const { clientId, clientSecret } = credentials;
  return bySecret(deps, { clientId, clientSecret, at });
};

const notBasic = (): OAuthError =>
  invalidClient('malformed Basic credentials or another scheme', {
    description:
      'The Authorization header must be Basic and the base64 of id:secret in UTF-8, both form-urlencoded (RFC 6749 section 2.3.1).',
  });

interface SecretCredentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly at: EpochMillis;
}

/** Does the same work for unknown clients, wrong secrets and whatever is switched off or over, and says no afterwards. */
const bySecret = async (
  deps: OAuthDeps,
  { clientId, clientSecret, at }: SecretCredentials,
): Promise<AuthenticatedClient> => {
  const client = await deps.store.applications.findClient(clientId);
  const secret = matchingSecret(deps.keyring, client?.keySet.secrets ?? [], clientSecret);
  if (client === undefined) throw invalidClient('unknown client');
  if (secret === undefined) return refuseKnown(deps, whyNoSecret(deps.keyring, client), { claimed: client });
  if (!isLive(secret, at)) return refuseKnown(deps, 'expired secret', { claimed: client });
  if (!isUsable(client)) return refuseKnown(deps, 'client or application disabled', { claimed: client });
  if (!usesSecrets(client))
    return refuseKnown(deps, 'the client is registered for another method', { claimed: client });
  deps.noteUse(secret.id, at);
  return { client, secretId: secret.id };
};

/** Whoever left an old key out too early sees in the log whom that locked out. */
const whyNoSecret = (keyring: Keyring, { keySet }: Client): string =>
  keySet.secrets.every(({ digest }) => keyring.hasKeyOf(digest))
    ? 'wrong secret'
    : 'wrong secret, or one whose digest was made with a key that TALLYGATE_SECRET_KEY lacks';

const nobodyPublic =
  'No public client has this client_id. A client with a secret or a key sends it too: by HTTP Basic, client_secret or client_assertion.';

const byNothing = async (deps: OAuthDeps, clientId: string): Promise<AuthenticatedClient> => {
  const client = await deps.store.applications.findClient(clientId);
  if (client === undefined) throw invalidClient('unknown client', { description: nobodyPublic });
  const told = { claimed: client, description: nobodyPublic };
  if (client.keySet.authenticationMethod !== 'NONE') {
    return refuseKnown(deps, 'confidential client without credentials', told);
  }
  if (!isUsable(client)) return refuseKnown(deps, 'client or application disabled', told);
  return { client };
};

const usesSecrets = ({ keySet }: Client): boolean =>
  keySet.authenticationMethod === 'CLIENT_SECRET_BASIC' || keySet.authenticationMethod === 'CLIENT_SECRET_POST';
