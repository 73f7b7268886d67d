import { timingSafeEqual } from 'node:crypto';
import type { ClientSecret } from '../model/application.js';
import { Secret } from '../model/secret.js';
import { clientSecretLength, isVschar } from '../model/vschar.js';
import type { Keyring } from './keyring.js';
import { randomId, randomText } from './random-token.js';

/** What is kept of a client secret. */
export interface SealedClientSecret {
  readonly id: string;
  /** The last four characters. */
  readonly hint: string;
  readonly digest: string;
}

/** A new client secret: 256 random bits that are shown once. */
export const newClientSecret = (): Secret => new Secret(`tgs_${randomText(32)}`);

/** Digests a client secret, ours or one that was brought along. */
export const sealClientSecret = (keyring: Keyring, secret: Secret): SealedClientSecret => {
  const value = secret.reveal();
  return { id: randomId('secret'), hint: value.slice(-4), digest: keyring.digest('client-secret', value) };
};

/**
 * The secret that was presented. One keyed digest of it, whatever the number of secrets; only digests under an older key cost one each.
 */
export const matchingSecret = (
  keyring: Keyring,
  secrets: readonly ClientSecret[],
  presented: Secret,
): ClientSecret | undefined => {
  const text = presented.reveal();
  const digest = keyring.digest('client-secret', text);
  const keyId = digest.slice(0, digest.indexOf('.') + 1);
  return secrets.find((secret) =>
    secret.digest.startsWith(keyId)
      ? equal(secret.digest, digest)
      : keyring.matches('client-secret', text, secret.digest),
  );
};

const equal = (left: string, right: string): boolean =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));

/** Whether a secret can be a client secret (RFC 6749 App. A.2). */
export const isClientSecret = (secret: Secret): boolean => isVschar(secret.reveal(), clientSecretLength);
