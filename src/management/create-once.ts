import type { Keyring } from '../crypto/keyring.js';
import { randomId, sha256 } from '../crypto/random-token.js';
import type { Actor } from '../model/actor.js';
import { daySeconds, later, type Clock } from '../model/clock.js';
import { ManagementError } from '../model/management-error.js';
import type { IdempotencyClaim } from '../store/port/idempotency.js';
import type { Store } from '../store/port/store.js';
import { creationEventId } from './audit-of.js';
import { canonicalJson } from './canonical-json.js';
import { singleLine } from './input-limits.js';

export interface CreateOnceDeps {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

export interface CreateAttempt<T> {
  readonly mutation: string;
  readonly idempotencyKey?: string | null | undefined;
  /** What the caller asked for, without secrets and passwords. */
  readonly input: unknown;
  readonly newId: () => string;
  /**
   * Makes the object under exactly this id, with an audit event of exactly this id (`auditOf`'s `id`), in one write. Refuses with a
   * ManagementError when nothing was written, an id that is taken included.
   */
  readonly create: (id: string, eventId: string) => Promise<T>;
  readonly find: (id: string) => Promise<T | undefined>;
}

export interface Created<T> {
  readonly value: T;
  /** An earlier or parallel call with the same key made it: what is shown once is not shown again. */
  readonly replayed: boolean;
}

const keptSeconds = daySeconds;

/**
 * Carries out a create at most once per acting client, mutation and idempotency key. The same key with the same input answers with
 * the same object for 24 hours, also when the first call was cut off in the middle: its successor makes the object under the id that
 * the claim holds. A refused create gives the key back; a create of which nobody knows how it ended keeps it, and so does one that is only put
 * off (UNAVAILABLE): another call with this key may be about to make the object.
 * @throws ManagementError CONFLICT: the key was used with another input; NOT_FOUND: what it made was deleted since;
 *   BAD_USER_INPUT on `idempotencyKey`
 */
export const createOnce = async <T>(
  deps: CreateOnceDeps,
  actor: Actor,
  attempt: CreateAttempt<T>,
): Promise<Created<T>> => {
  if (attempt.idempotencyKey === undefined || attempt.idempotencyKey === null) {
    return { value: await attempt.create(attempt.newId(), randomId('event')), replayed: false };
  }
  const idempotencyKey = singleLine('idempotencyKey', attempt.idempotencyKey, { min: 1, max: 128 });
  const input = canonicalJson(attempt.input);
  const claim = newClaim(deps, [actor.clientId, attempt.mutation, idempotencyKey], { input, id: attempt.newId() });
  const held = await deps.store.idempotency.claim(claim, deps.clock());
  if (held === 'claimed') return createFirst(deps, attempt, claim);
  if (!deps.keyring.matches('idempotency', input, held.inputDigest)) throw usedOtherwise();
  return replay(deps, attempt, held);
};

const newClaim = (
  { keyring, clock }: CreateOnceDeps,
  names: readonly string[],
  { input, id }: { readonly input: string; readonly id: string },
): IdempotencyClaim => ({
  // Not keyed: the same on servers that have changed the secret key and on those that have not.
  key: sha256(JSON.stringify(names)),
  inputDigest: keyring.digest('idempotency', input),
  targetId: id,
  expiresAt: later(clock(), keptSeconds),
});

const replay = async <T>(
  deps: CreateOnceDeps,
  attempt: CreateAttempt<T>,
  claim: IdempotencyClaim,
): Promise<Created<T>> => {
  const made = await attempt.find(claim.targetId);
  if (made !== undefined) return { value: made, replayed: true };
  // Not there: deleted since, or the call before this one was cut off or is still running.
  const event = await deps.store.audit.find(creationEventId(claim.key, claim.targetId));
  if (event !== undefined) return replayLate(attempt, claim);
  return createClaimed(attempt, claim);
};

/** The call before this one may have finished between the look for its object and the look for its event. */
const replayLate = async <T>(attempt: CreateAttempt<T>, claim: IdempotencyClaim): Promise<Created<T>> => {
  const made = await attempt.find(claim.targetId);
  if (made === undefined) throw deletedSince();
  return { value: made, replayed: true };
};

/** For the call that made the claim, which alone gives it back. */
const createFirst = async <T>(
  deps: CreateOnceDeps,
  attempt: CreateAttempt<T>,
  claim: IdempotencyClaim,
): Promise<Created<T>> => {
  try {
    return await createClaimed(attempt, claim);
  } catch (refusal) {
    if (isForGood(refusal)) await deps.store.idempotency.release(claim.key, claim.targetId);
    throw refusal;
  }
};

/** Any other error leaves open whether something was written: then the claim stays and a retry finds out. */
const isForGood = (refusal: unknown): boolean => refusal instanceof ManagementError && refusal.code !== 'UNAVAILABLE';

const createClaimed = async <T>(attempt: CreateAttempt<T>, claim: IdempotencyClaim): Promise<Created<T>> => {
  try {
    return { value: await attempt.create(claim.targetId, creationEventId(claim.key, claim.targetId)), replayed: false };
  } catch (refusal) {
    if (!(refusal instanceof ManagementError)) throw refusal;
    // A parallel call with the same claim may be what this one collided with, by id or by name.
    const made = await attempt.find(claim.targetId);
    if (made !== undefined) return { value: made, replayed: true };
    throw refusal;
  }
};

const usedOtherwise = (): ManagementError =>
  new ManagementError('CONFLICT', 'This idempotencyKey was used with another input within the last 24 hours.', {
    field: 'idempotencyKey',
  });

const deletedSince = (): ManagementError =>
  new ManagementError('NOT_FOUND', 'What was made with this idempotencyKey has been deleted since.', {
    field: 'idempotencyKey',
  });
