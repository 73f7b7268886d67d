import type { EpochMillis } from '../model/clock.js';
import type { Secret } from '../model/secret.js';
import type { OpaqueAccessToken } from '../model/token-family.js';
import { jwtAccessToken, opaqueAccessToken, type AccessTokenContent } from './access-token.js';
import { epochsOf } from './epochs.js';
import { grants } from './grants/index.js';
import { newFamily } from './new-family.js';
import type { OAuthDeps } from './oauth-deps.js';
import { formatRefreshToken } from './refresh-token.js';
import { registerUser } from './register-user.js';
import { spendRefreshToken } from './spend-refresh-token.js';
import type { IssuedTokens, TokenIssue } from './token-issue.js';
import { whatMoved } from './what-moved.js';

/** What the one write takes. */
interface TokenWrite {
  readonly issue: TokenIssue;
  readonly content: AccessTokenContent;
  readonly row: OpaqueAccessToken | undefined;
}

/**
 * The only code that creates a token. In this order: one atomic write that opens or moves the family, or keeps an opaque token; what the
 * decision rested on is read again; the user is registered, durably; the token is signed and answered. A JWT without a family needs
 * no write, and then nothing to be read again.
 * @throws OAuthError when the refresh token is spent or something was switched off meanwhile
 */
export const issueTokens = async (deps: OAuthDeps, issue: TokenIssue): Promise<IssuedTokens> => {
  const { client, grantType } = issue;
  const content = contentOf(deps, issue);
  const opaque = client.keySet.accessTokenFormat === 'OPAQUE' ? opaqueAccessToken(content) : undefined;
  // Another server may have made the key; before anything is spent, since it can fail.
  if (opaque === undefined) await deps.signingKeys.ensure(client.keySet.accessTokenAlgorithm);
  const isKept = content.family !== undefined || opaque !== undefined;
  const generation = isKept ? await write(deps, { issue, content, row: opaque?.row }) : undefined;
  if (isKept) await refuseWhatMoved(deps, { issue, content });
  if (grants[grantType].registersUser) await registerUser(deps, content);
  const accessToken = opaque?.token ?? jwtAccessToken(deps, content);
  noteIssued(deps, { issue, at: content.at });
  return {
    accessToken,
    expiresInSeconds: content.lifetimeSeconds,
    scopes: content.scopes,
    refreshToken: refreshTokenOf(deps, { content, generation }),
  };
};

const contentOf = ({ issuer, clock }: OAuthDeps, issue: TokenIssue): AccessTokenContent => {
  const { client } = issue;
  const { user, terms, family } = issue.authorisation;
  const known = family.kind === 'advance' ? family.family : undefined;
  const grantType = known?.grantType ?? issue.grantType;
  const content: AccessTokenContent = {
    issuer,
    client,
    user,
    grantType,
    family: known,
    epochs: known?.epochs ?? epochsOf({ client, grantType, user }),
    scopes: terms.scopes,
    audience: terms.audience,
    at: clock(),
    lifetimeSeconds: terms.lifetimeSeconds,
  };
  return family.kind === 'open' ? { ...content, family: newFamily(content) } : content;
};

/** Returns the number of the refresh token that belongs to the answer, if the token has a family. */
const write = async (deps: OAuthDeps, { issue, content, row }: TokenWrite): Promise<number | undefined> => {
  const { tokens } = deps.store;
  const { family } = issue.authorisation;
  if (family.kind === 'advance') {
    return spendRefreshToken(tokens, {
      family: family.family,
      presentedGeneration: family.presentedGeneration,
      client: issue.client,
      row,
      arrivedAt: issue.arrivedAt,
      at: content.at,
    });
  }
  if (content.family !== undefined) await tokens.open(content.family, row);
  else if (row !== undefined) await tokens.keepAccessToken(row);
  return content.family?.generation;
};

/** A family whose first answer is refused is nobody's: it ends. One that was moved stays, its client may try again. */
const refuseWhatMoved = async (
  deps: OAuthDeps,
  { issue, content }: { readonly issue: TokenIssue; readonly content: AccessTokenContent },
): Promise<void> => {
  const refusal = await whatMoved(deps, { issue, content });
  if (refusal === undefined) return;
  if (issue.authorisation.family.kind === 'open' && content.family !== undefined) {
    await deps.store.tokens.revokeFamily(content.family.id, content.at);
  }
  throw refusal;
};

const noteIssued = (deps: OAuthDeps, { issue, at }: { readonly issue: TokenIssue; readonly at: EpochMillis }): void => {
  const { requestId, client, grantType, authorisation } = issue;
  deps.noteUse(client.keySet.id, at);
  deps.events.issued({ requestId, at, client, grantType, userId: authorisation.user?.id });
};

/** None where the key set does not refresh: its families are there all the same, to be listed and revoked. */
const refreshTokenOf = (
  { keyring }: OAuthDeps,
  { content, generation }: { readonly content: AccessTokenContent; readonly generation: number | undefined },
): Secret | undefined => {
  const { client, family } = content;
  if (family === undefined || generation === undefined || !client.keySet.grantTypes.includes('refresh_token'))
    return undefined;
  const parts = { familyId: family.id, generation, keySetId: client.keySet.id };
  return formatRefreshToken(keyring, parts);
};
