import type { EpochMillis } from './clock.js';

/** A resource owner. Erased users are not users any more: stores never return them. */
export interface User {
  /** Begins with `usr_`; client ids may not, so that `sub` values never meet (RFC 9068 §5). */
  readonly id: string;
  /** Enforced by the PRECIS profile UsernameCaseMapped (RFC 8265 §3.3): unique as it stands. */
  readonly username: string;
  readonly email?: string;
  readonly displayName?: string;
  readonly enabled: boolean;
  /** Raised by disabling, password change and revocation of all grants; tokens with another value are inactive. */
  readonly epoch: number;
  /** PHC string of argon2id; absent: the user has no password and cannot use the password grant. */
  readonly passwordHash?: string;
  readonly createdAt: EpochMillis;
  readonly passwordChangedAt?: EpochMillis;
}
