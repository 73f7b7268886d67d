import type { AccessTokenContent } from './access-token.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';

/**
 * Counts the user of this token as a registered user of its application, durably, before the token leaves. An erasure of the user or a
 * removal of the application may have gone by before the row was there: then the row is buried, and nobody gets a token.
 * @throws OAuthError invalid_grant
 */
export const registerUser = async (deps: OAuthDeps, { client, user, at }: AccessTokenContent): Promise<void> => {
  if (user === undefined) return;
  const applicationId = client.application.id;
  const { registrations, users, applications } = deps.store;
  const { environment } = client.keySet;
  const outcome = await registrations.record({ applicationId, environment, userId: user.id, at });
  if (outcome === 'already') return;
  const [userNow, application] = await Promise.all([users.find(user.id), applications.find(applicationId)]);
  if (userNow !== undefined && application !== undefined) return;
  await registrations.bury(applicationId, user.id);
  throw new OAuthError('invalid_grant', 'What was granted has just been ended.', {
    detail: 'the user or the application was deleted meanwhile',
  });
};
