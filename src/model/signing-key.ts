import type { SigningAlgorithm } from './application.js';
import type { EpochMillis } from './clock.js';

/** A signing key as the store keeps it. The private half is encrypted by the keyring. */
export interface SigningKeyRecord {
  /** The JWK `kid` (RFC 7517 §4.5). */
  readonly id: string;
  /** `<algorithm>:<sequence>`: the deterministic key whose insertion decides which server made the key. */
  readonly slot: string;
  readonly algorithm: SigningAlgorithm;
  /** Public JWK as JSON. */
  readonly publicJwk: string;
  /** `Keyring.encrypt` of the PKCS #8 PEM. */
  readonly encryptedPrivateKey: string;
  readonly createdAt: EpochMillis;
  readonly usableFrom: EpochMillis;
}
