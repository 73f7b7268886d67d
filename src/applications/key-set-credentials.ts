import { isClientSecret } from '../crypto/client-secret.js';
import { parsePublicJwks } from '../crypto/public-jwks.js';
import { randomId } from '../crypto/random-token.js';
import { vschar } from '../management/input-limits.js';
import type { ClientAuthenticationMethod } from '../model/application.js';
import { idPrefixes } from '../model/id-prefix.js';
import { badInput } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import { idLength } from '../model/vschar.js';

/** What generateKeys can say about how the client authenticates; all of it may be left out. */
export interface CredentialInput {
  readonly authenticationMethod?: ClientAuthenticationMethod | null | undefined;
  readonly jwks?: string | null | undefined;
  /** Brought along from another system, like the secret. */
  readonly clientId?: string | null | undefined;
  readonly clientSecret?: Secret | undefined;
}

/** @throws ManagementError BAD_USER_INPUT on `clientId` */
export const checkedClientId = (clientId: string): string => {
  const checked = vschar('clientId', clientId, idLength);
  if (checked.startsWith(idPrefixes.user))
    throw badInput('clientId', 'A client id does not begin with usr_: user ids do.');
  return checked;
};

export const newClientId = (): string => {
  const id = randomId('client');
  return id.startsWith(idPrefixes.user) ? newClientId() : id;
};

export const hasSecrets = (method: ClientAuthenticationMethod): boolean =>
  method === 'CLIENT_SECRET_BASIC' || method === 'CLIENT_SECRET_POST';

/**
 * A secret that was brought along.
 * @throws ManagementError BAD_USER_INPUT on `clientSecret`, also where the method has none
 */
export const checkedClientSecret = (
  clientSecret: Secret | undefined,
  method: ClientAuthenticationMethod,
): Secret | undefined => {
  if (clientSecret === undefined) return undefined;
  if (!hasSecrets(method)) throw badInput('clientSecret', 'Leave it out: this authenticationMethod has no secret.');
  if (!isClientSecret(clientSecret)) throw badInput('clientSecret', 'Give 20 to 255 printable ASCII characters.');
  return clientSecret;
};

/**
 * The JWK set with which a PRIVATE_KEY_JWT client shows who it is (RFC 7523 §2.2); no other client has one.
 * @throws ManagementError BAD_USER_INPUT on `jwks`
 */
export const checkedJwks = (
  jwks: string | null | undefined,
  method: ClientAuthenticationMethod,
): string | undefined => {
  const given = jwks ?? undefined;
  if (method !== 'PRIVATE_KEY_JWT') {
    if (given === undefined) return undefined;
    throw badInput('jwks', 'Leave it out: only PRIVATE_KEY_JWT clients have a JWK set.');
  }
  if (given === undefined)
    throw badInput('jwks', 'Give the JWK set with the public keys of this PRIVATE_KEY_JWT client.');
  const parsed = parsePublicJwks(given);
  if (!parsed.ok) throw badInput('jwks', parsed.message);
  return given;
};
