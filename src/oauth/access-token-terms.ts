import type { Client } from '../model/application.js';
import { audienceFor } from './audience.js';
import type { Form } from './form.js';
import type { OAuthDeps } from './oauth-deps.js';
import { lifetimeSeconds } from './validity-period.js';

/** What an access token is to be good for. */
export interface AccessTokenTerms {
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly lifetimeSeconds: number;
}

/**
 * What a request asks of an access token with these scopes. Each grant calls it where a refusal costs least and tells least: a password is
 * not looked at for a request that can have no token.
 * @throws OAuthError invalid_request for `validity_period`, invalid_target for `resource`
 */
export const accessTokenTerms = (
  { issuer }: OAuthDeps,
  { form, client: { keySet } }: { readonly form: Form; readonly client: Client },
  scopes: readonly string[],
): AccessTokenTerms => ({
  scopes,
  lifetimeSeconds: lifetimeSeconds(form.get('validity_period'), keySet),
  audience: audienceFor({ issuer, keySet, scopes, resources: form.getAll('resource') }),
});
