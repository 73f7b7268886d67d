import type { ClientSecret } from './application.js';
import { later, type EpochMillis } from './clock.js';

/**
 * The secrets of a client after `secretId` has authenticated it at `at`. A rotation ends the secrets before its own in the list only once
 * its own is used: then they end as many seconds later as the rotation said, or earlier if they were to end earlier. The very same list
 * when nothing waits for this secret.
 */
export const secretsAfterUse = (
  secrets: readonly ClientSecret[],
  secretId: string,
  at: EpochMillis,
): readonly ClientSecret[] => {
  const place = secrets.findIndex(({ id }) => id === secretId);
  const seconds = secrets[place]?.retiresOlderAfterSeconds;
  if (seconds === undefined) return secrets;
  const end = later(at, seconds);
  return secrets.map((secret, index) => {
    if (index === place) return settled(secret);
    return index < place ? endingBy(secret, end) : secret;
  });
};

/** The secrets that never end, whichever rotations are still waiting for their first use. */
export const lastingSecrets = (secrets: readonly ClientSecret[]): readonly ClientSecret[] => {
  const newestRotation = secrets.findLastIndex(
    ({ retiresOlderAfterSeconds }) => retiresOlderAfterSeconds !== undefined,
  );
  return secrets.filter(({ expiresAt }, index) => expiresAt === undefined && index >= newestRotation);
};

const settled = ({ id, name, hint, digest, createdAt, expiresAt }: ClientSecret): ClientSecret => ({
  id,
  ...(name === undefined ? {} : { name }),
  hint,
  digest,
  createdAt,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

const endingBy = (secret: ClientSecret, end: EpochMillis): ClientSecret => ({
  ...secret,
  expiresAt: Math.min(secret.expiresAt ?? end, end),
});
