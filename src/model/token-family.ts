import type { KeyEnvironment } from './application.js';
import { daySeconds, type EpochMillis } from './clock.js';
import type { GrantName } from './grant-name.js';

/** The epochs read before the credential check. A token is active only while all of them are what they were. */
export interface Epochs {
  readonly client: number;
  readonly grant: number;
  /** 0 where no user is involved. */
  readonly user: number;
}

/** Everything that descends from one authorisation: one row, whatever the number of refreshes. GraphQL calls it Grant. */
export interface TokenFamily {
  readonly id: string;
  readonly grantType: GrantName;
  readonly applicationId: string;
  readonly keySetId: string;
  readonly clientId: string;
  readonly environment: KeyEnvironment;
  readonly userId?: string;
  /** As first granted; a narrowed refresh does not change it (RFC 6749 §6). */
  readonly scopes: readonly string[];
  readonly epochs: Epochs;
  /** Number of the newest refresh token. */
  readonly generation: number;
  /** When `generation` was reached. */
  readonly generationAt: EpochMillis;
  readonly issuedAt: EpochMillis;
  readonly lastUsedAt: EpochMillis;
  readonly idleExpiresAt: EpochMillis;
  /** Never extended. */
  readonly absoluteExpiresAt: EpochMillis;
  readonly revokedAt?: EpochMillis;
}

/** No access token lives longer, whatever its key set says. */
export const longestAccessTokenSeconds = 365 * daySeconds;

/**
 * How long a store remembers a family. One that is gone counts as ended, so that one that ran out by itself stays until the last access
 * token it can have made is over; a revoked one has ended anyway, and stays in lists for a month.
 */
export const familyRetention = {
  afterRevocationSeconds: 30 * daySeconds,
  afterExpirySeconds: longestAccessTokenSeconds,
} as const;

/** An opaque access token. */
export interface OpaqueAccessToken {
  /** The key of its row: the millisecond in which it was made, a dot, and the SHA-256 of the token (decision 92); of older ones the SHA-256 alone. */
  readonly digest: string;
  /** Random; of rows from before it spells out what the token belongs to. */
  readonly jti: string;
  readonly familyId?: string;
  readonly grantType: GrantName;
  readonly applicationId: string;
  readonly keySetId: string;
  readonly clientId: string;
  readonly environment: KeyEnvironment;
  readonly userId?: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly epochs: Epochs;
  readonly issuedAt: EpochMillis;
  readonly expiresAt: EpochMillis;
}
