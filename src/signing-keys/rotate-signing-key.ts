import { lineOf, nextSequence, publicationSeconds, sequenceOf } from '../crypto/key-schedule.js';
import { newSigningKey } from '../crypto/new-signing-key.js';
import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import type { Actor } from '../model/actor.js';
import type { SigningAlgorithm } from '../model/application.js';
import { later, type EpochMillis } from '../model/clock.js';
import { ManagementError } from '../model/management-error.js';
import type { SigningKeyRecord } from '../model/signing-key.js';
import type { SigningKeyDeps } from './signing-key-deps.js';

export interface RotateSigningKeyInput {
  readonly algorithm: SigningAlgorithm;
  /** For a compromised key: the new one signs at once, all before it verify nothing any more and leave the JWKS. */
  readonly immediately: boolean;
}

/** How many keys of one algorithm can be kept for tokens that may still live: one a week and some more. */
const keptKeyLimit = 60;
/** Each lost round is one that somebody else won. */
const attemptLimit = 64;

/**
 * Makes the next signing key of an algorithm. It is published now and signs once every cached JWKS has expired; its predecessor stays
 * published and verifies as long as any access token can live. `immediately` skips both. Of rotations at the same moment one makes the key
 * and the others answer with it, unless it comes later than they need.
 * @throws ManagementError CONFLICT when so many keys are kept that their list would become too long; UNAVAILABLE when others came first
 *   again and again
 */
export const rotateSigningKey = async (
  deps: SigningKeyDeps,
  actor: Actor,
  { algorithm, immediately }: RotateSigningKeyInput,
): Promise<{ readonly keyId: string }> => {
  const key = immediately ? await replaceAll(deps, actor, algorithm) : await publishNext(deps, actor, algorithm);
  await deps.signingKeys.refresh();
  return { keyId: key.id };
};

const publishNext = async (
  deps: SigningKeyDeps,
  actor: Actor,
  algorithm: SigningAlgorithm,
): Promise<SigningKeyRecord> => {
  const line = await readLine(deps, algorithm);
  if (line.filter(isLive).length >= keptKeyLimit) throw tooManyKeys();
  const at = deps.clock();
  const made = await addNext(deps, actor, { algorithm, line, at, usableFrom: later(at, publicationSeconds) });
  if (made.outcome === 'added') return made.key;
  // Another rotation at the same moment: its key is as new as ours would be.
  const theirs = (await readLine(deps, algorithm)).find(
    (key) => isLive(key) && sequenceOf(key) >= sequenceOf(made.key),
  );
  if (theirs === undefined) throw tooBusy();
  return joined(deps, actor, theirs);
};

const replaceAll = async (
  deps: SigningKeyDeps,
  actor: Actor,
  algorithm: SigningAlgorithm,
): Promise<SigningKeyRecord> => {
  for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
    const at = deps.clock();
    const made = await addNext(deps, actor, { algorithm, line: await readLine(deps, algorithm), at, usableFrom: at });
    // Read after the write: what came in between goes as well.
    const line = await readLine(deps, algorithm);
    const key = made.outcome === 'added' ? made.key : line.findLast((other) => isLive(other) && other.usableFrom <= at);
    if (key === undefined || sequenceOf(key) < sequenceOf(made.key)) continue;
    await deps.store.signingKeys.withdraw(
      line.filter((other) => isLive(other) && sequenceOf(other) < sequenceOf(key)).map(({ id }) => id),
      at,
    );
    return made.outcome === 'added' ? key : joined(deps, actor, key);
  }
  throw tooBusy();
};

const readLine = async ({ store }: SigningKeyDeps, algorithm: SigningAlgorithm): Promise<readonly SigningKeyRecord[]> =>
  lineOf(await store.signingKeys.list(), algorithm);

const isLive = ({ withdrawnAt }: SigningKeyRecord): boolean => withdrawnAt === undefined;

interface Next {
  readonly algorithm: SigningAlgorithm;
  readonly line: readonly SigningKeyRecord[];
  readonly at: EpochMillis;
  readonly usableFrom: EpochMillis;
}

/** Tries to put a new key behind the line as it was read: the slot decides between servers. */
const addNext = async (
  { store, keyring }: SigningKeyDeps,
  actor: Actor,
  { algorithm, line, at, usableFrom }: Next,
): Promise<{ readonly key: SigningKeyRecord; readonly outcome: 'added' | 'slot_taken' }> => {
  const sequence = nextSequence(line, algorithm);
  const key = await newSigningKey(keyring, { algorithm, sequence, createdAt: at, usableFrom });
  const changes = changesBetween({ keyId: line.findLast(isLive)?.id }, { keyId: key.id, algorithm, usableFrom });
  const audit = auditOf(actor, at, { action: 'rotateSigningKey', target: key.id, changes });
  return { key, outcome: await store.signingKeys.add(key, audit) };
};

/** This call asked for the same as another one that was first; that it asked is written down. */
const joined = async (
  { store, clock }: SigningKeyDeps,
  actor: Actor,
  key: SigningKeyRecord,
): Promise<SigningKeyRecord> => {
  await store.audit.append(auditOf(actor, clock(), { action: 'rotateSigningKey', target: key.id }));
  return key;
};

const tooManyKeys = (): ManagementError =>
  new ManagementError(
    'CONFLICT',
    `${keptKeyLimit} keys of this algorithm are kept for tokens that may still live: rotate less often, or immediately.`,
  );

const tooBusy = (): ManagementError =>
  new ManagementError('UNAVAILABLE', 'Too many rotations at the same moment: try again.', { retryAfterSeconds: 1 });
