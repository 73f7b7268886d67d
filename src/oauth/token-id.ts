import { randomText } from '../crypto/random-token.js';
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

/** A new `jti`: 128 random bits, then what the token belongs to. */
export const encodeTokenId = ({ keySetId, grantType, familyId, epochs }: TokenIdentity): string => {
  const own = `${randomText(16)}.${keySetId}.${grantType}.${epochs.client}.${epochs.grant}.${epochs.user}`;
  return familyId === undefined ? own : `${own}.${familyId}`;
};

/** Undefined for what `encodeTokenId` never makes. */
export const decodeTokenId = (jti: string): TokenIdentity | undefined => {
  const [random, keySetId, grantType, client, grant, user, familyId, ...rest] = jti.split('.');
  if (!random || !keySetId || grantType === undefined || !isGrantName(grantType)) return undefined;
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
