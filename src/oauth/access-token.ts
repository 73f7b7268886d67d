import type { Keyring } from '../crypto/keyring.js';
import { randomText } from '../crypto/random-token.js';
import type { SigningKeys } from '../crypto/signing-keys.js';
import type { AccessTokenHeaderType, Client } from '../model/application.js';
import { later, numericDate, type EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import { Secret } from '../model/secret.js';
import type { Epochs, OpaqueAccessToken, TokenFamily } from '../model/token-family.js';
import type { User } from '../model/user.js';
import { newOpaqueToken, opaqueTokenKey } from './opaque-token.js';
import { encodeTokenId } from './token-id.js';

/** An access token before it has a form. */
export interface AccessTokenContent {
  readonly issuer: string;
  readonly client: Client;
  readonly user: User | undefined;
  /** That authorised it: of a refreshed token the grant that made the family. */
  readonly grantType: GrantName;
  readonly family: TokenFamily | undefined;
  readonly epochs: Epochs;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly at: EpochMillis;
  readonly lifetimeSeconds: number;
}

/** The `typ` of our access tokens: RFC 9068 §2.1, or plain `JWT` for resource servers that refuse it. */
export const headerTypes: Readonly<Record<AccessTokenHeaderType, string>> = { AT_JWT: 'at+jwt', JWT: 'JWT' };

/** A JWT access token by the profile of RFC 9068. */
export const jwtAccessToken = (
  { signingKeys, keyring }: { readonly signingKeys: SigningKeys; readonly keyring: Keyring },
  content: AccessTokenContent,
): Secret => {
  const { client, audience, at, grantType, family, epochs } = content;
  const issuedAt = numericDate(at);
  const [first, ...others] = audience;
  const { accessTokenAlgorithm, accessTokenHeaderType } = client.keySet;
  const jwt = signingKeys.sign(accessTokenAlgorithm, headerTypes[accessTokenHeaderType], {
    iss: content.issuer,
    sub: content.user?.id ?? client.keySet.clientId,
    aud: others.length > 0 ? audience : first,
    client_id: client.keySet.clientId,
    iat: issuedAt,
    exp: issuedAt + content.lifetimeSeconds,
    jti: encodeTokenId(keyring, { keySetId: client.keySet.id, grantType, epochs, familyId: family?.id }),
    scope: content.scopes.join(' '),
    environment: client.keySet.environment,
  });
  return new Secret(jwt);
};

/** An opaque access token, and the row that gives it its meaning. */
export const opaqueAccessToken = (
  content: AccessTokenContent,
): { readonly token: Secret; readonly row: OpaqueAccessToken } => {
  const { client, user, at, family, lifetimeSeconds, grantType, scopes, audience, epochs } = content;
  const token = newOpaqueToken(at);
  return {
    token: new Secret(token),
    row: {
      digest: opaqueTokenKey(token),
      jti: randomText(16),
      grantType,
      applicationId: client.application.id,
      keySetId: client.keySet.id,
      clientId: client.keySet.clientId,
      environment: client.keySet.environment,
      ...(family === undefined ? {} : { familyId: family.id }),
      ...(user === undefined ? {} : { userId: user.id }),
      scopes,
      audience,
      epochs,
      issuedAt: at,
      expiresAt: later(at, lifetimeSeconds),
    },
  };
};
