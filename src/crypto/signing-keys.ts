import type { SigningAlgorithm } from '../model/application.js';

/** A JSON Web Key with public members only (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  /** JWS name: `ES256`, `RS256` or `EdDSA`. */
  readonly alg: string;
  readonly use: 'sig';
  readonly [member: string]: string;
}

export interface JwtHeader {
  readonly alg: string;
  readonly typ: string;
  readonly kid: string;
}

/** Signs and verifies with the keys of the store. Both are synchronous in the calling thread: no flood of logins delays them. */
export interface SigningKeys {
  /** Compact JWS (RFC 7515 §3.1) by the current key of `algorithm`. */
  sign(algorithm: SigningAlgorithm, typ: string, claims: Readonly<Record<string, unknown>>): string;
  /**
   * Header and claims of a compact JWS that one of our keys signed; undefined for anything else. `kid` is only a map key, `alg` must
   * be the key's own, `crit` is refused, other header members are ignored (RFC 8725 §3). Says nothing about expiry.
   */
  verify(jwt: string): { readonly header: JwtHeader; readonly claims: Readonly<Record<string, unknown>> } | undefined;
  /** Public keys for the JWKS, oldest first: those that sign, will sign, or whose tokens still live. */
  publicKeys(): readonly PublicJwk[];
}
