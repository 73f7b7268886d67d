import { decoyFor } from '../crypto/decoy-keys.js';
import {
  claimsOf,
  isSignedBy,
  jwsAlgorithmNamed,
  splitJws,
  type CompactJws,
  type JwsAlgorithm,
} from '../crypto/jws.js';
import { keyNamed, type ClientKey } from '../crypto/public-jwks.js';
import { sha256 } from '../crypto/random-token.js';
import type { JsonObject } from '../crypto/strict-json.js';
import { isUsable, type Client } from '../model/application.js';
import { later, type EpochMillis } from '../model/clock.js';
import type { Form } from './form.js';
import { invalidClient, refuseKnown } from './invalid-client.js';
import type { OAuthDeps } from './oauth-deps.js';
import type { OAuthError } from './oauth-error.js';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const lengthLimit = 8192;
const longestLifeSeconds = 300;
const skewSeconds = 30;

/** RFC 7519 §5.1 and the draft that follows RFC 7523: whatever else a JWT is for, it is no client assertion (RFC 8725 §3.11). */
const headerTypes: ReadonlySet<string> = new Set(['jwt', 'client-authentication+jwt']);

/**
 * Authenticates a PRIVATE_KEY_JWT client by an assertion that it signed (RFC 7523 §2.2, §3): for this issuer alone, at most five minutes
 * ahead, used once.
 * @throws OAuthError invalid_client, whatever is wrong
 */
export const authenticateByAssertion = async (deps: OAuthDeps, form: Form, at: EpochMillis): Promise<Client> => {
  if (form.get('client_assertion_type') !== assertionType) {
    throw faulty(`The client_assertion_type must be ${assertionType}.`);
  }
  const jws = splitJws(form.get('client_assertion') ?? '', lengthLimit);
  const claims = jws && claimsOf(jws);
  if (jws === undefined || claims === undefined) throw faulty(malformed);
  const client = await claimedClient(deps, claims, form.get('client_id'));
  const isSigned = isSignedByClient(jws, client);
  if (client === undefined) throw invalidClient('unknown client');
  if (!isSigned) {
    return refuseKnown(deps, 'client assertion not signed by a key of the client', { claimed: client });
  }
  const { jti, expiresAt } = checkedClaims(claims, { issuer: deps.issuer, client, at });
  const claimed = await deps.store.tokens.claimAssertion(
    sha256(JSON.stringify([client.keySet.clientId, jti])),
    Math.ceil(later(expiresAt, skewSeconds)),
    at,
  );
  if (claimed !== 'claimed')
    throw faulty('This client assertion was used before: sign a new one for each request.', client);
  if (!isUsable(client)) throw invalidClient('client or application disabled', { claimed: client });
  return client;
};

/** Who the assertion says it is from: `iss` and `sub` are the client, and nothing else in the request says otherwise. */
const claimedClient = async (
  { store }: OAuthDeps,
  { iss, sub }: JsonObject,
  clientId: string | undefined,
): Promise<Client | undefined> => {
  if (typeof sub !== 'string' || iss !== sub)
    throw faulty('In the client assertion iss and sub must both be the client id.');
  if (clientId !== undefined && clientId !== sub)
    throw faulty('The client_id in the body is not the sub of the client assertion.');
  return store.applications.findClient(sub);
};

/** Makes one key of the algorithm and the signature's size, and verifies with it, whether or not there are such a client and such a key: the time tells nobody. */
const isSignedByClient = (jws: CompactJws, client: Client | undefined): boolean => {
  const alg = jwsAlgorithmNamed(jws.header.alg);
  if (alg === undefined) return false;
  const key = client && keyFor(jws, { client, alg });
  return isSignedBy(jws, key ?? decoyFor(alg, jws.signature.length)) && key !== undefined;
};

/** `kid` picks among the keys that the client has registered; a key is for its own algorithm alone, and other headers name none. */
const keyFor = (
  { header: { kid, typ }, signature }: CompactJws,
  { client: { keySet }, alg }: { readonly client: Client; readonly alg: JwsAlgorithm },
): ClientKey | undefined => {
  if (keySet.authenticationMethod !== 'PRIVATE_KEY_JWT' || keySet.jwks === undefined) return undefined;
  if (typ !== undefined && !isAssertionType(typ)) return undefined;
  return keyNamed(keySet.jwks, { kid, alg, signatureBytes: signature.length });
};

/** A media type in any case; `application/` may stand in front or be left out (RFC 7515 §4.1.9). */
const isAssertionType = (typ: unknown): boolean =>
  typeof typ === 'string' && headerTypes.has(typ.toLowerCase().replace(/^application\//, ''));

/** RFC 7523 §3. The audience is this issuer as a single text: one that names others as well could have been collected elsewhere. */
const checkedClaims = (
  { aud, exp, nbf, iat, jti }: JsonObject,
  { issuer, client, at }: { readonly issuer: string; readonly client: Client; readonly at: EpochMillis },
): { readonly jti: string; readonly expiresAt: EpochMillis } => {
  if (aud !== issuer) throw faulty(otherAudience, client);
  if (typeof jti !== 'string' || jti === '')
    throw faulty('The client assertion needs a jti, another text each time.', client);
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    throw faulty('The client assertion needs exp, a number of seconds since 1970.', client);
  const expiresAt = later(0, exp);
  if (expiresAt <= later(at, -skewSeconds)) throw faulty('The client assertion has expired.', client);
  if (expiresAt > later(at, longestLifeSeconds + skewSeconds)) {
    throw faulty('The exp of the client assertion must be at most five minutes ahead.', client);
  }
  if (![nbf, iat].every((instant) => isPast(instant, at)))
    throw faulty('The client assertion is not valid yet: look at iat, nbf and the clock.', client);
  return { jti, expiresAt };
};

const malformed = `The client_assertion must be a signed JWT of at most ${lengthLimit} characters, with no member twice and without crit and b64.`;
const otherAudience =
  'The aud of the client assertion must be the issuer as one text: no list, and not the URL of an endpoint.';

/**
 * What can be read off the assertion, or was signed by a key of the client, is said in the answer too (RFC 7523 §3.2).
 * @param client whose key signed it; absent where nothing is known yet
 */
const faulty = (description: string, client?: Client): OAuthError =>
  invalidClient(description, { description, ...(client && { claimed: client }) });

const isPast = (instant: unknown, at: EpochMillis): boolean =>
  instant === undefined || (typeof instant === 'number' && later(0, instant) <= later(at, skewSeconds));
