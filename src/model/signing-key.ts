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
  /** Signs from here on, when every cached JWKS has the key: published before its first use. */
  readonly usableFrom: EpochMillis;
  /** A compromised key: signs nothing, verifies nothing and is in no JWKS. */
  readonly withdrawnAt?: EpochMillis;
}
