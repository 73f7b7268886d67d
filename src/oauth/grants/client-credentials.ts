import { accessTokenTerms } from '../access-token-terms.js';
import type { Grant } from '../grant.js';
import { grantedScopes } from '../scope.js';

/** RFC 6749 §4.4: the client speaks for itself. No family and no refresh token (§4.4.3). */
export const clientCredentials: Grant = {
  forPublicClients: false,
  registersUser: false,
  authorise: (deps, request) => {
    const { keySet } = request.client;
    const scopes = grantedScopes(request.form.get('scope'), { keySet, allowed: keySet.scopes });
    const terms = accessTokenTerms(deps, request, scopes);
    return Promise.resolve({ user: undefined, terms, family: { kind: 'none' } });
  },
};
