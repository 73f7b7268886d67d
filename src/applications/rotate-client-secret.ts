import { newClientSecret, sealClientSecret, type SealedClientSecret } from '../crypto/client-secret.js';
import { displayedName, wholeNumber } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import { isLive, type Client, type ClientSecret, type KeySet } from '../model/application.js';
import { daySeconds, lastInstant, type EpochMillis } from '../model/clock.js';
import { badInput, ManagementError } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import type { ApplicationDeps } from './application-deps.js';
import { updateKeySet } from './change-key-set.js';
import { hasSecrets } from './key-set-credentials.js';

export interface RotateClientSecretInput {
  readonly clientId: string;
  /** For people who look at the list of secrets. */
  readonly name?: string | null | undefined;
  /** When the new secret ends; absent: never. */
  readonly expiresAt?: EpochMillis | null | undefined;
  /** Counted from the first use of the new secret; absent: 0. */
  readonly retireOldAfterSeconds?: number | null | undefined;
}

export interface RotatedSecret {
  readonly client: Client;
  /** Shown once. */
  readonly clientSecret: Secret;
}

const liveLimit = 5;
export const retirementSeconds = { min: 0, max: 365 * daySeconds };

/**
 * Makes another secret for a client. Those that are live end `retireOldAfterSeconds` after the new one has authenticated the client for the first
 * time, or earlier if they were to end earlier: a rotation whose reply was lost takes nothing away. To end a secret whatever becomes of its
 * successor, revoke it.
 * @throws ManagementError CONFLICT when five secrets are live already; as `changeApplication`; BAD_USER_INPUT on the field
 */
export const rotateClientSecret = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: RotateClientSecretInput,
): Promise<RotatedSecret> => {
  const clientSecret = newClientSecret();
  const wanted = { ...checkedInput(input), sealed: sealClientSecret(deps.keyring, clientSecret) };
  const client = await updateKeySet(deps, actor, {
    action: 'rotateClientSecret',
    clientId: input.clientId,
    change: (keySet, at) => rotated(keySet, wanted, at),
  });
  return { client, clientSecret };
};

interface Wanted {
  readonly name?: string;
  readonly expiresAt?: EpochMillis;
  readonly retiresOlderAfterSeconds: number;
  readonly sealed: SealedClientSecret;
}

const checkedInput = ({ name, expiresAt, retireOldAfterSeconds }: RotateClientSecretInput): Omit<Wanted, 'sealed'> => ({
  ...(name === undefined || name === null ? {} : { name: displayedName('name', name, { min: 1, max: 120 }) }),
  ...(expiresAt === undefined || expiresAt === null ? {} : { expiresAt }),
  retiresOlderAfterSeconds: wholeNumber('retireOldAfterSeconds', retireOldAfterSeconds ?? 0, retirementSeconds),
});

const rotated = (keySet: KeySet, { sealed, ...wanted }: Wanted, at: EpochMillis): KeySet => {
  if (!hasSecrets(keySet.authenticationMethod))
    throw badInput('clientId', 'This client authenticates without a secret.');
  if (wanted.expiresAt !== undefined && !isAhead(wanted.expiresAt, at)) {
    throw badInput('expiresAt', 'Give an instant that is ahead, in the year 9999 at the latest.');
  }
  // The reply to the write of this very call was lost, and another change came after it.
  if (keySet.secrets.some(({ id }) => id === sealed.id)) return keySet;
  const live = keySet.secrets.filter((secret) => isLive(secret, at));
  if (live.length >= liveLimit) throw tooManyLive();
  return { ...keySet, secrets: [...live, newSecret(live, { ...sealed, ...wanted, createdAt: at })] };
};

/** With no other secret beside it there is nothing to wait for. */
const newSecret = (
  live: readonly ClientSecret[],
  { retiresOlderAfterSeconds, ...secret }: ClientSecret & { readonly retiresOlderAfterSeconds: number },
): ClientSecret => (live.length === 0 ? secret : { ...secret, retiresOlderAfterSeconds });

const isAhead = (instant: EpochMillis, at: EpochMillis): boolean =>
  Number.isSafeInteger(instant) && instant > at && instant <= lastInstant;

const tooManyLive = (): ManagementError =>
  new ManagementError('CONFLICT', 'This client has five live secrets, which is the most: revoke one first.');
