import type { OAuthDeps } from '../oauth-deps.js';
import type { Endpoint } from './endpoint.js';
import { errorsEndpoint } from './errors.js';
import { introspectEndpoint } from './introspect.js';
import { jwksEndpoint } from './jwks.js';
import { metadataEndpoint } from './metadata.js';
import { revokeEndpoint } from './revoke.js';
import { tokenEndpoint } from './token.js';

/** THE table of OAuth endpoints: the router serves what stands here, the metadata document is read off it. */
const endpoints: readonly ((deps: OAuthDeps) => Endpoint)[] = [
  tokenEndpoint,
  revokeEndpoint,
  introspectEndpoint,
  jwksEndpoint,
];

/** Those that are the same whatever the store holds. */
export const fixedEndpoints = (issuer: string): readonly Endpoint[] => [errorsEndpoint(issuer)];

export const createEndpoints = (deps: OAuthDeps): readonly Endpoint[] => {
  const created = endpoints.map((create) => create(deps));
  return [...created, metadataEndpoint(deps, created), ...fixedEndpoints(deps.issuer)];
};
