import type { VerifiedJwt } from '../crypto/signing-keys.js';
import { later, numericDate, type EpochMillis } from '../model/clock.js';
import type { Epochs, OpaqueAccessToken, TokenFamily } from '../model/token-family.js';
import type { GrantName } from '../model/grant-name.js';
import { headerTypes } from './access-token.js';
import type { OAuthDeps } from './oauth-deps.js';
import { isOpaqueToken, opaqueTokenKey } from './opaque-token.js';
import { parseRefreshToken } from './refresh-token.js';
import { decodeTokenId } from './token-id.js';

/** An access token of ours that has not expired. Whether it still counts is another question: `inspect-token`. */
export interface FoundAccessToken {
  readonly kind: 'jwt' | 'opaque';
  readonly jti: string;
  readonly keySetId: string;
  readonly clientId: string;
  /** Absent: the client speaks for itself. */
  readonly userId?: string | undefined;
  readonly grantType: GrantName;
  readonly familyId?: string | undefined;
  readonly epochs: Epochs;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  /** Whole seconds, both. */
  readonly issuedAt: EpochMillis;
  readonly expiresAt: EpochMillis;
}

/** A refresh token of ours, spent or not, with its family as it stands. */
export interface FoundRefreshToken {
  readonly kind: 'refresh_token';
  readonly keySetId: string;
  readonly clientId: string;
  readonly generation: number;
  readonly family: TokenFamily;
}

/** The kind is read off the token itself: a `token_type_hint`, right or wrong, would add nothing (RFC 7009 §2.1). */
export const findToken = async (
  deps: OAuthDeps,
  token: string,
  at: EpochMillis,
): Promise<FoundAccessToken | FoundRefreshToken | undefined> =>
  token.startsWith('tgr_') ? findRefreshToken(deps, token) : findAccessToken(deps, token, at);

/** Undefined for what is not ours, is malformed, has expired at `at` or is not valid yet. */
export const findAccessToken = async (
  deps: OAuthDeps,
  token: string,
  at: EpochMillis,
): Promise<FoundAccessToken | undefined> => {
  const found = await lookUp(deps, token, { at, endsAfter: at });
  return found === undefined || found.expiresAt <= at ? undefined : found;
};

/** As `findAccessToken`, also long after it has expired: an opaque one until its row is swept, a JWT while its signing key is kept. */
export const findAccessTokenOfAnyAge = (
  deps: OAuthDeps,
  token: string,
  at: EpochMillis,
): Promise<FoundAccessToken | undefined> => lookUp(deps, token, { at, endsAfter: 0 });

const lookUp = async (
  deps: OAuthDeps,
  token: string,
  { at, endsAfter }: { readonly at: EpochMillis; readonly endsAfter: EpochMillis },
): Promise<FoundAccessToken | undefined> =>
  isOpaqueToken(token)
    ? ofRow(await deps.store.tokens.findAccessToken(opaqueTokenKey(token), endsAfter))
    : ofJwt(deps, await deps.signingKeys.verifyLatest(token), at);

const refreshTokenShape = /^tgr_([A-Za-z0-9_-]{1,64})\./;

/** Whose token it is only its MAC says, which covers the key set: the family is where to look for that. */
const findRefreshToken = async (
  { store, keyring }: OAuthDeps,
  token: string,
): Promise<FoundRefreshToken | undefined> => {
  const [, familyId] = refreshTokenShape.exec(token) ?? [];
  const family = familyId === undefined ? undefined : await store.tokens.findFamily(familyId);
  if (family === undefined) return undefined;
  const { keySetId, clientId } = family;
  const parts = parseRefreshToken(keyring, { token, keySetId });
  return parts && { kind: 'refresh_token', keySetId, clientId, generation: parts.generation, family };
};

const ofRow = (row: OpaqueAccessToken | undefined): FoundAccessToken | undefined =>
  row && {
    kind: 'opaque',
    jti: row.jti,
    keySetId: row.keySetId,
    clientId: row.clientId,
    userId: row.userId,
    grantType: row.grantType,
    familyId: row.familyId,
    epochs: row.epochs,
    scopes: row.scopes,
    audience: row.audience,
    issuedAt: wholeSeconds(row.issuedAt),
    expiresAt: wholeSeconds(row.expiresAt),
  };

/** What the answer can say of an instant is what it is decided by. */
export const wholeSeconds = (at: EpochMillis): EpochMillis => later(0, numericDate(at));

const accessTokenTypes: ReadonlySet<string> = new Set(Object.values(headerTypes));

/** Of all that our keys sign, only access tokens have these claims. None of them has `nbf`, but where it stands it counts (RFC 7519 §4.1.5). */
const ofJwt = (
  { issuer, keyring }: OAuthDeps,
  jwt: VerifiedJwt | undefined,
  at: EpochMillis,
): FoundAccessToken | undefined => {
  if (jwt === undefined) return undefined;
  const { header, claims } = jwt;
  const { iss, sub, aud, client_id: clientId, iat, exp, nbf, jti, scope } = claims;
  if (!accessTokenTypes.has(header.typ) || iss !== issuer) return undefined;
  if (nbf !== undefined && !(typeof nbf === 'number' && later(0, nbf) <= at)) return undefined;
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof scope !== 'string') return undefined;
  if (!isNumericDate(iat) || !isNumericDate(exp) || typeof jti !== 'string') return undefined;
  const identity = decodeTokenId(keyring, jti);
  const audience = (Array.isArray(aud) ? aud : [aud]).filter((value) => typeof value === 'string');
  return (
    identity && {
      kind: 'jwt',
      jti,
      clientId,
      ...identity,
      ...(sub === clientId ? {} : { userId: sub }),
      scopes: scope.split(' '),
      audience,
      issuedAt: later(0, iat),
      expiresAt: later(0, exp),
    }
  );
};

/** Our own are whole seconds (RFC 7519 §2 would allow fractions), and as milliseconds still exact. */
const isNumericDate = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Number.isSafeInteger(later(0, value));
