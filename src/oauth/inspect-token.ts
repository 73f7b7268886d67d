import { isUsable, type Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import type { Epochs } from '../model/token-family.js';
import type { User } from '../model/user.js';
import { epochsOf, sameEpochs } from './epochs.js';
import { findAccessToken, wholeSeconds, type FoundAccessToken, type FoundRefreshToken } from './find-token.js';
import type { OAuthDeps } from './oauth-deps.js';

/** What a token of ours is worth now. Nothing says why it is worth nothing (RFC 7662 §2.2). */
export type InspectedAccessToken = Inactive | (Worth & { readonly active: true; readonly token: FoundAccessToken });
export type InspectedRefreshToken =
  Inactive | (Worth & { readonly active: true; readonly issuedAt: EpochMillis; readonly expiresAt: EpochMillis });

interface Inactive {
  readonly active: false;
}

interface Worth {
  readonly client: Client;
  /** Absent: the client speaks for itself. */
  readonly user?: User;
  /** Of those the token was made with, the ones that its client still has; at least one. */
  readonly scopes: readonly string[];
}

const inactive: Inactive = { active: false };

/**
 * An access token, by what the store holds at this moment: its own end, its family, key set, application, user, epochs and scopes. All of
 * it is read each time; nothing is remembered that another server could have changed.
 */
export const inspectAccessToken = async (
  deps: OAuthDeps,
  token: string,
  at: EpochMillis,
): Promise<InspectedAccessToken> => {
  const found = await findAccessToken(deps, token, at);
  return found === undefined ? inactive : inspectFound(deps, found, at);
};

/** The same for one that was found before. */
export const inspectFound = async (
  deps: OAuthDeps,
  token: FoundAccessToken,
  at: EpochMillis,
): Promise<InspectedAccessToken> => {
  const [worth, ended] = await Promise.all([worthOf(deps, token), hasEnded(deps, token, at)]);
  return worth === undefined || ended ? inactive : { active: true, token, ...worth };
};

/** A refresh token is worth something while it is the newest of its family and the client may refresh at all. */
export const inspectRefreshToken = async (
  deps: OAuthDeps,
  { family, generation }: FoundRefreshToken,
  at: EpochMillis,
): Promise<InspectedRefreshToken> => {
  const expiresAt = wholeSeconds(Math.min(family.idleExpiresAt, family.absoluteExpiresAt));
  if (family.revokedAt !== undefined || expiresAt <= at || generation !== family.generation) return inactive;
  const worth = await worthOf(deps, family);
  if (worth?.client.keySet.grantTypes.includes('refresh_token') !== true) return inactive;
  return { active: true, ...worth, issuedAt: wholeSeconds(family.generationAt), expiresAt };
};

interface Belongings {
  readonly keySetId: string;
  readonly clientId: string;
  readonly userId?: string | undefined;
  readonly grantType: GrantName;
  readonly epochs: Epochs;
  readonly scopes: readonly string[];
}

const worthOf = async (
  { store }: OAuthDeps,
  { keySetId, clientId, userId, grantType, epochs, scopes }: Belongings,
): Promise<Worth | undefined> => {
  const [client, user] = await Promise.all([
    store.applications.findClient(clientId),
    userId === undefined ? undefined : store.users.find(userId),
  ]);
  // Keys made anew under the same client id have another id: what was issued to the old ones does not come back.
  if (client?.keySet.id !== keySetId || !isUsable(client)) return undefined;
  if (userId !== undefined && user?.enabled !== true) return undefined;
  if (!sameEpochs(epochs, epochsOf({ client, grantType, user }))) return undefined;
  const held = scopes.filter((scope) => client.keySet.scopes.includes(scope));
  return held.length === 0 ? undefined : { client, ...(user && { user }), scopes: held };
};

/** Whether the token was revoked, or its family was; a family that is gone has ended too. */
const hasEnded = async (
  { store }: OAuthDeps,
  { kind, jti, familyId }: FoundAccessToken,
  at: EpochMillis,
): Promise<boolean> => {
  const [denied, family] = await Promise.all([
    kind === 'jwt' && store.tokens.isDenied(jti, at),
    familyId === undefined ? undefined : store.tokens.findFamily(familyId),
  ]);
  if (denied) return true;
  return familyId !== undefined && (family === undefined || family.revokedAt !== undefined);
};
