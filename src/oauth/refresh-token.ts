import type { Keyring } from '../crypto/keyring.js';
import { Secret } from '../model/secret.js';

/** Which refresh token of which family, bound to the key set that it was issued to. */
export interface RefreshTokenParts {
  readonly familyId: string;
  readonly generation: number;
  readonly keySetId: string;
}

const shape =
  /^tgr_(?<familyId>[A-Za-z0-9_-]{1,64})\.(?<generation>0|[1-9][0-9]{0,14})\.(?<mac>[A-Za-z0-9_.-]{1,128})$/;

/** `tgr_<family>.<generation>.<MAC>`; the same parts give the same token, so that a lost answer can be given again. */
export const formatRefreshToken = (keyring: Keyring, parts: RefreshTokenParts): Secret =>
  new Secret(`tgr_${parts.familyId}.${parts.generation}.${keyring.digest('refresh-token', signedText(parts))}`);

/** Undefined unless we made this token for this key set: another client's token is no token here, and costs its owner nothing. */
export const parseRefreshToken = (
  keyring: Keyring,
  { token, keySetId }: { readonly token: string; readonly keySetId: string },
): RefreshTokenParts | undefined => {
  const { familyId = '', generation = '', mac = '' } = shape.exec(token)?.groups ?? {};
  const parts = { familyId, generation: Number(generation), keySetId };
  return keyring.matches('refresh-token', signedText(parts), mac) ? parts : undefined;
};

const signedText = ({ familyId, generation, keySetId }: RefreshTokenParts): string =>
  `${familyId}.${generation}.${keySetId}`;
