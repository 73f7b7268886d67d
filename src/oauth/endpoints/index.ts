import type { OAuthDeps } from '../oauth-deps.js';
import type { Endpoint } from './endpoint.js';
import { tokenEndpoint } from './token.js';

/** THE table of OAuth endpoints: the router serves what stands here and nothing else. */
const endpoints: readonly ((deps: OAuthDeps) => Endpoint)[] = [tokenEndpoint];

export const createEndpoints = (deps: OAuthDeps): readonly Endpoint[] => endpoints.map((create) => create(deps));
