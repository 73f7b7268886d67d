import type { KeySet } from '../model/application.js';
import { managementAudience } from '../model/management-api.js';
import { isPrivilegedScope } from '../model/management-scope.js';
import { OAuthError } from './oauth-error.js';

export interface AudienceRequest {
  readonly issuer: string;
  readonly keySet: KeySet;
  readonly scopes: readonly string[];
  /** Values of the `resource` parameter. */
  readonly resources: readonly string[];
}

/**
 * Whom a token with these scopes is for: the key set's audience for ordinary scopes, the management API for management scopes, narrowed
 * to what `resource` asks for.
 * @throws OAuthError invalid_target (RFC 8707 §2)
 */
export const audienceFor = ({ issuer, keySet, scopes, resources }: AudienceRequest): readonly string[] => {
  const own = keySet.audience.length > 0 ? keySet.audience : [issuer];
  const audience = [
    ...(scopes.every(isPrivilegedScope) ? [] : own),
    ...(scopes.some(isPrivilegedScope) ? [managementAudience(issuer)] : []),
  ];
  if (resources.length === 0) return audience;
  if (resources.some((resource) => !audience.includes(resource))) {
    throw new OAuthError(
      'invalid_target',
      'The client cannot have a token with these scopes for one of the resources.',
    );
  }
  return audience.filter((value) => resources.includes(value));
};
