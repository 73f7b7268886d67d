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
  if (form.get('client_assertion_type') !== assertionType) throw invalidClient('another client_assertion_type');
  const jws = splitJws(form.get('client_assertion') ?? '', lengthLimit);
  const claims = jws && claimsOf(jws);
  if (jws === undefined || claims === undefined) throw invalidClient('malformed client assertion');
  const client = await claimedClient(deps, claims, form.get('client_id'));
  const isSigned = isSignedByClient(jws, client);
  if (client === undefined) throw invalidClient('unknown client');
  if (!isSigned) return refuseKnown(deps, 'client assertion not signed by a key of the client', client);
  const { jti, expiresAt } = checkedClaims(claims, { issuer: deps.issuer, at });
  const claimed = await deps.store.tokens.claimAssertion(
    sha256(JSON.stringify([client.keySet.clientId, jti])),
    Math.ceil(later(expiresAt, skewSeconds)),
    at,
  );
  if (claimed !== 'claimed') throw invalidClient('client assertion used before');
  if (!isUsable(client)) throw invalidClient('client or application disabled');
  return client;
};

/** Who the assertion says it is from: `iss` and `sub` are the client, and nothing else in the request says otherwise. */
const claimedClient = async (
  { store }: OAuthDeps,
  { iss, sub }: JsonObject,
  clientId: string | undefined,
): Promise<Client | undefined> => {
  if (typeof sub !== 'string' || iss !== sub) throw invalidClient('iss and sub of the client assertion differ');
  if (clientId !== undefined && clientId !== sub) throw invalidClient('client_id is not that of the client assertion');
  return store.applications.findClient(sub);
};

/** Makes one key of the algorithm and verifies one signature, whether or not there are such a client and such a key: the time tells nobody. */
const isSignedByClient = (jws: CompactJws, client: Client | undefined): boolean => {
  const alg = jwsAlgorithmNamed(jws.header.alg);
  if (alg === undefined) return false;
  const key = client && keyFor(jws, { client, alg });
  return isSignedBy(jws, key ?? decoyFor(alg)) && key !== undefined;
};

/** `kid` picks among the keys that the client has registered; a key is for its own algorithm alone, and other headers name none. */
const keyFor = (
  { header: { kid, typ } }: CompactJws,
  { client: { keySet }, alg }: { readonly client: Client; readonly alg: JwsAlgorithm },
): ClientKey | undefined => {
  if (keySet.authenticationMethod !== 'PRIVATE_KEY_JWT' || keySet.jwks === undefined) return undefined;
  if (typ !== undefined && !isAssertionType(typ)) return undefined;
  return keyNamed(keySet.jwks, { kid, alg });
};

/** A media type in any case; `application/` may stand in front or be left out (RFC 7515 §4.1.9). */
const isAssertionType = (typ: unknown): boolean =>
  typeof typ === 'string' && headerTypes.has(typ.toLowerCase().replace(/^application\//, ''));

/** RFC 7523 §3. The audience is this issuer as a single text: one that names others as well could have been collected elsewhere. */
const checkedClaims = (
  { aud, exp, nbf, iat, jti }: JsonObject,
  { issuer, at }: { readonly issuer: string; readonly at: EpochMillis },
): { readonly jti: string; readonly expiresAt: EpochMillis } => {
  if (aud !== issuer) throw invalidClient('aud of the client assertion is not exactly the issuer');
  if (typeof jti !== 'string' || jti === '') throw invalidClient('client assertion without jti');
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw invalidClient('client assertion without exp');
  const expiresAt = later(0, exp);
  if (expiresAt <= later(at, -skewSeconds)) throw invalidClient('client assertion expired');
  if (expiresAt > later(at, longestLifeSeconds + skewSeconds))
    throw invalidClient('exp of the client assertion too far ahead');
  if (![nbf, iat].every((instant) => isPast(instant, at))) throw invalidClient('client assertion not valid yet');
  return { jti, expiresAt };
};

const isPast = (instant: unknown, at: EpochMillis): boolean =>
  instant === undefined || (typeof instant === 'number' && later(0, instant) <= later(at, skewSeconds));
