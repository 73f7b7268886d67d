import { isLive, isUsable, type Client } from '../model/application.js';
import type { AccessTokenContent } from './access-token.js';
import { invalidClient } from './invalid-client.js';
import { epochsOf, sameEpochs } from './epochs.js';
import type { TokenIssue } from './token-issue.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';
import { invalidScope } from './scope.js';

/**
 * Reads again what the decision rested on, after the write that carries it out: nothing that is switched off while a request runs
 * gets through. Undefined when all is as it was.
 */
export const whatMoved = async (
  deps: OAuthDeps,
  { issue, content }: { readonly issue: TokenIssue; readonly content: AccessTokenContent },
): Promise<OAuthError | undefined> => {
  const { user, grantType, epochs, scopes } = content;
  const [client, userNow] = await Promise.all([
    deps.store.applications.findClient(issue.client.keySet.clientId),
    user === undefined ? undefined : deps.store.users.find(user.id),
  ]);
  if (client === undefined || !isSameClient(client, issue, content))
    return invalidClient('the client changed meanwhile');
  if (!client.keySet.grantTypes.includes(issue.grantType)) {
    return new OAuthError('unauthorized_client', 'This grant type was taken from the client.');
  }
  if (user !== undefined && userNow?.enabled !== true) return ended('the user was switched off meanwhile');
  if (!sameEpochs(epochs, epochsOf({ client, grantType, user: userNow }))) return ended('an epoch moved meanwhile');
  if (!scopes.every((scope) => client.keySet.scopes.includes(scope))) {
    return invalidScope('A scope was taken from the client.');
  }
  return undefined;
};

/** The same keys, usable, and what authenticated still does. */
const isSameClient = (now: Client, { client, secretId }: TokenIssue, { at }: AccessTokenContent): boolean => {
  if (now.keySet.id !== client.keySet.id || now.keySet.jwks !== client.keySet.jwks || !isUsable(now)) return false;
  return secretId === undefined || now.keySet.secrets.some((secret) => secret.id === secretId && isLive(secret, at));
};

const ended = (detail: string): OAuthError =>
  new OAuthError('invalid_grant', 'What was granted has just been ended.', { detail });
