import type { Keyring } from '../crypto/keyring.js';
import { isGrantName, type GrantName } from '../model/grant-name.js';
import type { Epochs } from '../model/token-family.js';

/** What the `jti` of an access token tells us, so that a JWT needs no row. The signature around it is what makes it trustworthy. */
export interface TokenIdentity {
  readonly keySetId: string;
  readonly grantType: GrantName;
  /** Absent: the token belongs to no family. */
  readonly familyId?: string | undefined;
  readonly epochs: Epochs;
}

/** A new `jti`: what the token belongs to, veiled. To others it is random, and no two of one family have anything in common. */
export const encodeTokenId = (keyring: Keyring, { keySetId, grantType, familyId, epochs }: TokenIdentity): string => {
  const own = `${keySetId}.${grantType}.${epochs.client}.${epochs.grant}.${epochs.user}`;
  return keyring.veil('token-id', familyId === undefined ? own : `${own}.${familyId}`);
};

/** Undefined for what `encodeTokenId` never makes. */
export const decodeTokenId = (keyring: Keyring, jti: string): TokenIdentity | undefined => {
  const [first, ...plain] = jti.split('.');
  if (!first) return undefined;
  // Tokens from before were not veiled: a random part, then all the others. They live for a year at most.
  return identityOf(plain.length > 1 ? plain : (keyring.unveil('token-id', jti) ?? '').split('.'));
};

const identityOf = (parts: readonly string[]): TokenIdentity | undefined => {
  const [keySetId, grantType, client, grant, user, familyId, ...rest] = parts;
  if (!keySetId || grantType === undefined || !isGrantName(grantType)) return undefined;
  const numbers = [client, grant, user].map(epochOf);
  const [clientEpoch, grantEpoch, userEpoch] = numbers;
  if (clientEpoch === undefined || grantEpoch === undefined || userEpoch === undefined) return undefined;
  if (familyId === '' || rest.length > 0) return undefined;
  return {
    keySetId,
    grantType,
    epochs: { client: clientEpoch, grant: grantEpoch, user: userEpoch },
    ...(familyId === undefined ? {} : { familyId }),
  };
};

const epochOf = (text: string | undefined): number | undefined => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 && String(number) === text ? number : undefined;
};
