import type { Client } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { TokenFamily } from '../../model/token-family.js';
import type { User } from '../../model/user.js';
import { accessTokenTerms } from '../access-token-terms.js';
import { epochsOf, sameEpochs } from '../epochs.js';
import type { Grant } from '../grant.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import { invalidRefreshToken, refuseReplay } from '../refresh-replay.js';
import { parseRefreshToken } from '../refresh-token.js';
import { invalidScope, parseScope } from '../scope.js';

/**
 * RFC 6749 §6. Finds out whose token it is and what it can still give; that it is spent, replayed or shown again after a lost answer
 * is decided by the store's compare-and-set when the token is issued.
 */
export const refreshToken: Grant = {
  forPublicClients: true,
  registersUser: false,
  authorise: async (deps, request) => {
    const { form, client, at } = request;
    const token = form.get('refresh_token');
    if (token === undefined) {
      throw new OAuthError('invalid_request', 'The refresh_token grant needs the parameter refresh_token.');
    }
    const parts = parseRefreshToken(deps.keyring, { token, keySetId: client.keySet.id });
    if (parts === undefined) throw invalidRefreshToken('not a refresh token of this client');
    const family = await deps.store.tokens.findFamily(parts.familyId);
    if (family === undefined) throw invalidRefreshToken('no such family');
    if (parts.generation < family.generation) {
      // Spent for certain, since the number only rises. Before anything else is looked at: a theft must be noticed whatever else is wrong.
      const replay = { client, presentedGeneration: parts.generation, arrivedAt: at, at: deps.clock() };
      await refuseReplay(deps.store.tokens, replay, family);
    }
    refuseOver(family, at);
    const user = await userOf(deps, family);
    refuseSwitchedOff({ family, client, user });
    const scopes = refreshedScopes(form.get('scope'), { family, allowed: client.keySet.scopes });
    return {
      user,
      terms: accessTokenTerms(deps, request, scopes),
      family: { kind: 'advance', family, presentedGeneration: parts.generation },
    };
  },
};

const refuseOver = (family: TokenFamily, at: EpochMillis): void => {
  if (family.revokedAt !== undefined) throw invalidRefreshToken('family revoked');
  if (family.idleExpiresAt <= at) throw invalidRefreshToken('family not used for too long');
  if (family.absoluteExpiresAt <= at) throw invalidRefreshToken('family expired');
};

const userOf = async (deps: OAuthDeps, { userId }: TokenFamily): Promise<User | undefined> => {
  if (userId === undefined) return undefined;
  const user = await deps.store.users.find(userId);
  if (user === undefined) throw invalidRefreshToken('user deleted');
  if (!user.enabled) throw invalidRefreshToken('user disabled');
  return user;
};

const refuseSwitchedOff = ({
  family,
  client,
  user,
}: {
  readonly family: TokenFamily;
  readonly client: Client;
  readonly user: User | undefined;
}): void => {
  const now = epochsOf({ client, grantType: family.grantType, user });
  if (!sameEpochs(family.epochs, now)) throw invalidRefreshToken('an epoch moved since the family was made');
};

/** Of what was first granted: what is asked for, without what the key set has lost since. */
const refreshedScopes = (
  scope: string | undefined,
  { family, allowed }: { readonly family: TokenFamily; readonly allowed: readonly string[] },
): readonly string[] => {
  const held = family.scopes.filter((name) => allowed.includes(name));
  if (held.length === 0) throw invalidRefreshToken('the client has none of the scopes any more');
  if (scope === undefined) return held;
  const asked = parseScope(scope);
  if (family.scopes.filter((name) => asked.has(name)).length < asked.size) {
    throw invalidScope('Ask only for scopes that were granted with the first token.');
  }
  const granted = held.filter((name) => asked.has(name));
  if (granted.length > 0) return granted;
  throw invalidScope('The client cannot have any of these scopes any more.');
};
