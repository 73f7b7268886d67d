import type { EpochMillis } from '../../model/clock.js';

export interface IdempotencyClaim {
  /** Deterministic: acting client, mutation and the caller's key, digested. */
  readonly key: string;
  /** Keyed digest of the input without secrets. */
  readonly inputDigest: string;
  /** The id that the object will have. */
  readonly targetId: string;
  readonly expiresAt: EpochMillis;
}

export interface IdempotencyStore {
  /** Inserts the claim; when a live one is there already, returns that one. Of any number of parallel callers one gets `claimed`. */
  claim(claim: IdempotencyClaim, at: EpochMillis): Promise<'claimed' | IdempotencyClaim>;
  /** Takes a claim back whose mutation failed; only if `targetId` is still its target. */
  release(key: string, targetId: string): Promise<void>;
}
