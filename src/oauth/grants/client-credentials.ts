import type { Grant } from '../grant.js';
import { grantedScopes } from '../scope.js';

/** RFC 6749 §4.4: the client speaks for itself. No family and no refresh token (§4.4.3). */
export const clientCredentials: Grant = {
  forPublicClients: false,
  registersUser: false,
  authorise: (_deps, { form, client: { keySet } }) =>
    Promise.resolve({
      scopes: grantedScopes(form.get('scope'), { keySet, allowed: keySet.scopes }),
      family: { kind: 'none' },
    }),
};
