import type { KeyEnvironment } from '../../model/application.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { Epochs, OpaqueAccessToken, TokenFamily } from '../../model/token-family.js';

export interface Advance {
  readonly familyId: string;
  /** The generation of the refresh token that is being spent. */
  readonly expectedGeneration: number;
  readonly at: EpochMillis;
  readonly idleExpiresAt: EpochMillis;
  /** The opaque access token that comes with it, if it is one. */
  readonly accessToken?: OpaqueAccessToken;
}

export type AdvanceOutcome =
  /** To the generation after the expected one. */
  | { readonly outcome: 'advanced' }
  /** Somebody else moved it, it is revoked or over: the family as it stands now tells which. Nothing was written. */
  | { readonly outcome: 'not_advanced'; readonly family: TokenFamily }
  | { readonly outcome: 'unknown' };

export interface FamilyFilter {
  readonly applicationId?: string;
  readonly userId?: string;
  readonly environment?: KeyEnvironment;
}

/** Families that have ended or are to end. */
export interface EndedFamilies extends FamilyFilter {
  readonly keySetId?: string;
  readonly grantType?: GrantName;
  /** Only those that carry lower epochs: what was opened since lives. */
  readonly epochsBelow?: Partial<Epochs>;
}

export interface TokenStore {
  /** Makes a family, with its first opaque access token if there is one. Durable when it returns. */
  open(family: TokenFamily, accessToken?: OpaqueAccessToken): Promise<void>;

  /**
   * Rotation by compare-and-set: generation n → n + 1 if the stored generation is `expectedGeneration`, the family is not revoked and
   * neither end has passed at `at`. Of any number of parallel callers exactly one gets `advanced`. The access token is kept
   * only then.
   */
  advance(advance: Advance): Promise<AdvanceOutcome>;

  /** Keeps an opaque access token that opens or moves no family. Durable when it returns. */
  keepAccessToken(accessToken: OpaqueAccessToken): Promise<void>;

  /** Undefined also after `expiresAt` (decided at `at`, not by a sweeper). */
  findAccessToken(digest: string, at: EpochMillis): Promise<OpaqueAccessToken | undefined>;

  findFamily(id: string): Promise<TokenFamily | undefined>;

  /** Sets `revokedAt` if it is not set, once and for all. Returns the family as it stands. */
  revokeFamily(id: string, at: EpochMillis, audit?: AuditEvent): Promise<TokenFamily | 'unknown'>;

  /**
   * Revokes every live family that matches and returns how many it ended. Each family by itself, in bounded steps, from the newest to the
   * oldest: where it must be final the caller raised an epoch before, and this is cleaning and counting.
   */
  revokeFamilies(ended: EndedFamilies, at: EpochMillis): Promise<number>;

  /** Ends one opaque access token. Idempotent. */
  removeAccessToken(digest: string): Promise<void>;
  /** Ends one JWT access token: its `jti` is remembered until `expiresAt`. Idempotent. */
  denyJwt(jti: string, expiresAt: EpochMillis): Promise<void>;
  isDenied(jti: string, at: EpochMillis): Promise<boolean>;

  /**
   * Spends the `jti` of a client assertion (RFC 7523 §3) by inserting a deterministic key that lives until `expiresAt`. Of any number of
   * parallel callers one gets `claimed`.
   */
  claimAssertion(key: string, expiresAt: EpochMillis, at: EpochMillis): Promise<'claimed' | 'already_claimed'>;

  /** Newest first: (issuedAt, id) descending; expired and revoked ones included until they are swept. */
  pageFamilies(filter: FamilyFilter, request: PageRequest): Promise<Page<TokenFamily>>;
}
