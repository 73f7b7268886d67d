import type { GrantName } from '../../model/grant-name.js';
import type { Grant } from '../grant.js';
import { clientCredentials } from './client-credentials.js';
import { password } from './password.js';
import { refreshToken } from './refresh-token.js';

/** THE table of grants: what POST /token can do, by `grant_type`. */
export const grants: Readonly<Record<GrantName, Grant>> = {
  client_credentials: clientCredentials,
  password,
  refresh_token: refreshToken,
};
