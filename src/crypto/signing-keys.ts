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

/** A compact JWS that one of our keys signed. Says nothing about expiry, revocation or purpose. */
export interface VerifiedJwt {
  readonly header: JwtHeader;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Signs and verifies with the keys of the store. Both are synchronous in the calling thread: no flood of logins delays them. */
export interface SigningKeys {
  /**
   * Compact JWS (RFC 7515 §3.1) by the current key of `algorithm`. Keys of another algorithm than ES256 are there only after `ensure`.
   * @throws Error when there is none
   */
  sign(algorithm: SigningAlgorithm, typ: string, claims: Readonly<Record<string, unknown>>): string;
  /**
   * Header and claims of a compact JWS that one of our keys signed; undefined for anything else. `kid` is only a map key, `alg` must
   * be the key's own, `crit` is refused, other header members are ignored (RFC 8725 §3). Says nothing about expiry.
   */
  verify(jwt: string): VerifiedJwt | undefined;
  /**
   * As `verify`; when the text names a key that is unknown here, another server may have made it a moment ago: then the store is read
   * first, at most once a second for all callers.
   */
  verifyLatest(jwt: string): Promise<VerifiedJwt | undefined>;
  /** Public keys for the JWKS, oldest first: those that sign, will sign, or whose tokens still live. The same array until they change. */
  publicKeys(): readonly PublicJwk[];
  /** Makes the first key of `algorithm` unless there is one; resolves at once when there is. Of several servers one makes it. */
  ensure(algorithm: SigningAlgorithm): Promise<void>;
  /** Takes over what the store holds now: keys of other servers, and those that were withdrawn. Called by jobs every few seconds. */
  refresh(): Promise<void>;
}
