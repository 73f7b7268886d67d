import { createPublicKey, type KeyObject } from 'node:crypto';
import { idLength, isVschar } from '../model/vschar.js';
import { jwsAlgorithmNamed, type JwsAlgorithm } from './jws.js';
import { isJsonObject, parseStrictObject, type JsonObject } from './strict-json.js';

/** A public key that a client brought along. One key is for one algorithm (RFC 8725 §3.1). */
export interface ClientKey {
  readonly kid?: string;
  readonly algorithm: JwsAlgorithm;
  readonly key: KeyObject;
}

export type PublicJwks =
  | { readonly ok: true; readonly keys: readonly ClientKey[] }
  /** `message` is a constant sentence: what was wrong and what would be right. */
  | { readonly ok: false; readonly message: string };

const lengthLimit = 16_384;
const keyLimit = 10;

/**
 * The keys of an inline JWK set (RFC 7517 §5): 1 to 10 public keys that sign, EC P-256, RSA from 2048 to 4096 bits or Ed25519. Without `alg`
 * an RSA key is for RS256. With several keys each needs a `kid` of its own.
 */
export const parsePublicJwks = (text: string): PublicJwks => {
  if (text.length > lengthLimit) return refused(`Give at most ${lengthLimit} characters.`);
  const jwks = jwksIn(text);
  if (jwks === undefined) return refused('Give a JWK set: a JSON object with "keys", no member twice (RFC 7517).');
  if (jwks.length < 1 || jwks.length > keyLimit) return refused(`Give 1 to ${keyLimit} keys.`);
  const keys: ClientKey[] = [];
  for (const jwk of jwks) {
    const key = isJsonObject(jwk) ? clientKeyOf(jwk) : 'Each of the "keys" is a JSON object.';
    if (typeof key === 'string') return refused(key);
    keys.push(key);
  }
  return areTellable(keys)
    ? { ok: true, keys }
    : refused('Give each key a "kid" of its own: with several keys it says which one signed.');
};

/** What a signature says of the key that made it. */
export interface KeyName {
  readonly kid: unknown;
  readonly alg: JwsAlgorithm;
  /** Absent: a signature of any length. */
  readonly signatureBytes?: number;
}

/**
 * The key of a set, for `alg`, that a signature by `kid` names. No other one is made: what it takes depends on the algorithm and the length
 * of the signature, and neither on the number of keys nor on whether there is one of the name.
 */
export const keyNamed = (text: string, { kid, alg, signatureBytes }: KeyName): ClientKey | undefined => {
  const jwk = named(kid, jwksIn(text) ?? []);
  if (jwk === undefined || algorithmOf(jwk) !== alg || !canMake(jwk, signatureBytes)) return undefined;
  const key = clientKeyOf(jwk);
  return typeof key === 'string' ? undefined : key;
};

/** An RSA signature is as long as the modulus (RFC 8017 §8.1.2, §8.2.2). One of another length would be refused at once, and so tell the key's size. */
const canMake = ({ kty, n }: JsonObject, signatureBytes: number | undefined): boolean =>
  kty !== 'RSA' || signatureBytes === undefined || (typeof n === 'string' && modulusBytes(n) === signatureBytes);

const modulusBytes = (n: string): number => {
  const bytes = Buffer.from(n, 'base64url');
  return bytes.length - bytes.findIndex((byte) => byte !== 0);
};

/** Without a `kid` on either side a single key is meant. */
const named = (kid: unknown, jwks: readonly unknown[]): JsonObject | undefined => {
  const keys = jwks.filter(isJsonObject);
  const [only, ...others] = keys;
  const isNameless = only?.kid === undefined || kid === undefined;
  return others.length === 0 && isNameless ? only : keys.find((key) => key.kid !== undefined && key.kid === kid);
};

const jwksIn = (text: string): readonly unknown[] | undefined => {
  const set = parseStrictObject(text)?.keys;
  return Array.isArray(set) ? set : undefined;
};

const refused = (message: string): PublicJwks => ({ ok: false, message });

/** Of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const clientKeyOf = (jwk: JsonObject): ClientKey | string => {
  if (secretMembers.some((member) => Object.hasOwn(jwk, member))) {
    return 'Give public keys only, and replace this one: its private part has left its owner.';
  }
  const kind = kindOf(jwk);
  if (kind === undefined) return 'Give keys of EC P-256, RSA or Ed25519 (kty OKP).';
  const algorithm = algorithmOf(jwk);
  if (algorithm === undefined) return 'The "alg" must fit the key: ES256, RS256, PS256, EdDSA or Ed25519.';
  if (!isForSignatures(jwk)) return 'Give keys with "use" sig, or without "use" and "key_ops".';
  const { kid } = jwk;
  if (kid !== undefined && !isKeyId(kid)) return 'A "kid" is a text of 1 to 255 printable ASCII characters.';
  const key = keyOf(pick(jwk, kind.members));
  if (key === undefined) return 'One of the keys is malformed: its numbers make no public key.';
  if (!isStrong(key)) return 'Give RSA keys of 2048 to 4096 bits with the exponent 65537 (AQAB).';
  return { ...(kid === undefined ? {} : { kid }), algorithm, key };
};

interface Kind {
  readonly kty: string;
  readonly crv?: string;
  /** What Node needs of the JWK; nothing else is read. */
  readonly members: readonly string[];
  /** The first one is what a key without `alg` is for. */
  readonly algorithms: readonly [JwsAlgorithm, ...JwsAlgorithm[]];
}

const kinds: readonly Kind[] = [
  { kty: 'EC', crv: 'P-256', members: ['kty', 'crv', 'x', 'y'], algorithms: ['ES256'] },
  { kty: 'RSA', members: ['kty', 'n', 'e'], algorithms: ['RS256', 'PS256'] },
  { kty: 'OKP', crv: 'Ed25519', members: ['kty', 'crv', 'x'], algorithms: ['EdDSA'] },
];

const kindOf = (jwk: JsonObject): Kind | undefined =>
  kinds.find(({ kty, crv }) => jwk.kty === kty && (crv === undefined || jwk.crv === crv));

const algorithmOf = (jwk: JsonObject): JwsAlgorithm | undefined => {
  const algorithms = kindOf(jwk)?.algorithms;
  return jwk.alg === undefined ? algorithms?.[0] : algorithms?.find((name) => name === jwsAlgorithmNamed(jwk.alg));
};

const isForSignatures = ({ use, key_ops: operations }: JsonObject): boolean =>
  (use === undefined || use === 'sig') &&
  (operations === undefined || (Array.isArray(operations) && operations.includes('verify')));

const isKeyId = (kid: unknown): kid is string => typeof kid === 'string' && isVschar(kid, idLength);

const pick = (jwk: JsonObject, members: readonly string[]): JsonObject =>
  Object.fromEntries(members.map((member) => [member, jwk[member]]));

const keyOf = (key: JsonObject): KeyObject | undefined => {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return undefined;
  }
};

const isStrong = ({ asymmetricKeyDetails: { modulusLength: bits, publicExponent } = {} }: KeyObject): boolean =>
  bits === undefined || (bits >= 2048 && bits <= 4096 && publicExponent === 65_537n);

const areTellable = (keys: readonly ClientKey[]): boolean =>
  keys.length === 1 ||
  (keys.every(({ kid }) => kid !== undefined) && new Set(keys.map(({ kid }) => kid)).size === keys.length);
