import { bearerChallenge, type BearerProblem } from '../model/bearer-challenge.js';
import type { EpochMillis } from '../model/clock.js';
import { isPrivilegedScope } from '../model/management-scope.js';
import { inspectAccessToken, type InspectedAccessToken } from './inspect-token.js';
import type { OAuthDeps } from './oauth-deps.js';
import { OAuthError } from './oauth-error.js';

type ActiveAccessToken = Extract<InspectedAccessToken, { active: true }>;

/** b64token of RFC 6750 §2.1. */
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

export const hasBearerScheme = (authorization: readonly string[]): boolean =>
  authorization.some((header) => /^bearer(?: |$)/i.test(header));

/**
 * The access token of an `Authorization: Bearer` header (RFC 6750 §2.1), the only place where one is read.
 * @throws OAuthError with the challenge of RFC 6750 §3: without an error code where no token was sent
 */
export const bearerTokenOf = (authorization: readonly string[]): string => {
  const [header, ...others] = authorization;
  if (others.length > 0) throw bearerRefusal('invalid_request', 'Send one Authorization header.');
  if (header === undefined || !hasBearerScheme(authorization)) throw noBearerToken();
  const token = bearer.exec(header)?.[1];
  if (token === undefined) throw bearerRefusal('invalid_token', 'The access token is malformed.');
  return token;
};

interface Presented {
  readonly token: string;
  readonly audience: string;
  /** What to ask for at /token, for whoever comes with another token. */
  readonly wanted: 'a management scope' | `the scope ${string}`;
  readonly at: EpochMillis;
}

/**
 * What a bearer token is worth to `audience` now. Its client may have lost the scopes that it had that audience for: what is left opens nothing.
 * @throws OAuthError invalid_token, whatever is wrong with it
 */
export const authenticatedBearer = async (
  deps: OAuthDeps,
  { token, audience, wanted, at }: Presented,
): Promise<ActiveAccessToken> => {
  const inspected = await inspectAccessToken(deps, token, at);
  if (inspected.active && inspected.token.audience.includes(audience) && inspected.scopes.some(isPrivilegedScope)) {
    return inspected;
  }
  throw bearerRefusal(
    'invalid_token',
    `The access token is not valid here: expired, revoked or for another audience. Ask for ${wanted} at /token.`,
    {
      detail: inspected.active
        ? 'token for another audience, or its scopes for this one are gone'
        : 'inactive or unknown token',
    },
  );
};

/** A refusal of a protected resource, with its challenge. */
export const bearerRefusal = (
  error: BearerProblem['error'],
  description: string,
  { detail, scopes }: { readonly detail?: string } & Pick<BearerProblem, 'scopes'> = {},
): OAuthError =>
  new OAuthError(error, description, {
    headers: { 'www-authenticate': bearerChallenge({ error, description, ...(scopes && { scopes }) }) },
    ...(detail === undefined ? {} : { detail }),
  });

/** The token is good, and not for this. */
export const insufficientScope = (scope: string): OAuthError =>
  bearerRefusal('insufficient_scope', `This needs the scope ${scope}.`, { scopes: [scope] });

/** RFC 6750 §3.1: who sent nothing is told no more than what to send. */
const noBearerToken = (): OAuthError =>
  new OAuthError('invalid_token', 'Send an access token in the header Authorization: Bearer.', {
    headers: { 'www-authenticate': bearerChallenge() },
  });
