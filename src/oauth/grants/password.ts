import { isTooLong } from '../../crypto/password-fault.js';
import { HashQueueFull } from '../../crypto/password-hasher.js';
import { Secret } from '../../model/secret.js';
import type { User } from '../../model/user.js';
import { enforcedUsername } from '../../model/username.js';
import { accessTokenTerms } from '../access-token-terms.js';
import type { Grant, GrantRequest } from '../grant.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import { grantedScopes, ordinaryScopes } from '../scope.js';

/** RFC 6749 §4.3: the client speaks for a user whose password it was given. RFC 9700 §2.4 advises against it: it is off unless enabled. */
export const password: Grant = {
  forPublicClients: true,
  registersUser: true,
  authorise: async (deps, request) => {
    const { form, isAwaited } = request;
    const { keySet } = request.client;
    const username = form.get('username');
    const given = form.get('password');
    if (username === undefined || given === undefined) {
      throw new OAuthError('invalid_request', 'The password grant needs username and password.');
    }
    const scopes = grantedScopes(form.get('scope'), { keySet, allowed: ordinaryScopes(keySet) });
    const terms = accessTokenTerms(deps, request, scopes);
    const user = await authenticatedUser(deps, { username, given: new Secret(given), isAwaited });
    return { user, terms, family: { kind: 'open' } };
  },
};

const noPassword = new Secret('');

interface SignIn extends Pick<GrantRequest, 'isAwaited'> {
  readonly username: string;
  readonly given: Secret;
}

/** Looks up and hashes once, whatever is wrong, so that neither answer nor time tells unknown, disabled and known users apart. */
const authenticatedUser = async (deps: OAuthDeps, { username, given, isAwaited }: SignIn): Promise<User> => {
  // Nobody has the empty name: it stands for those that the profile refuses.
  const user = await deps.store.users.findByUsername(enforcedUsername(username) ?? '');
  const tooLong = isTooLong(given);
  const hash = user?.enabled === true && !tooLong ? user.passwordHash : undefined;
  const matches = await deps.passwordHasher.verify(tooLong ? noPassword : given, hash, isAwaited);
  if (user === undefined) throw refused('no such user');
  if (tooLong) throw refused('password longer than 1,024 bytes');
  if (hash === undefined) throw refused(user.enabled ? 'user without a password' : 'user disabled');
  if (!matches) throw refused('wrong password');
  if (deps.passwordHasher.needsRehash(hash)) await rehash(deps, { userId: user.id, given, hash });
  return user;
};

const refused = (detail: string): OAuthError =>
  new OAuthError('invalid_grant', 'The user name or the password is wrong, or the user cannot sign in.', { detail });

const rehash = async (
  deps: OAuthDeps,
  { userId, given, hash }: { readonly userId: string; readonly given: Secret; readonly hash: string },
): Promise<void> => {
  try {
    await deps.store.users.rehash(userId, hash, await deps.passwordHasher.hash(given));
  } catch (error) {
    // The password was right: under load the better hash can wait for the next login.
    if (!(error instanceof HashQueueFull)) throw error;
  }
};
