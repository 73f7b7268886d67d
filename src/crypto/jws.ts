import { constants, sign, verify, type KeyObject, type SigningOptions } from 'node:crypto';
import type { SigningAlgorithm } from '../model/application.js';
import { parseStrictObject, type JsonObject } from './strict-json.js';

/** JWS algorithms that we verify (RFC 7518 §3.1, RFC 8037 §3.1): asymmetric ones only, so that `none` and HMAC have no name here. */
export const jwsAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;
export type JwsAlgorithm = (typeof jwsAlgorithms)[number];

/**
 * What `alg` can say, in a header or a JWK, with the algorithm that it is. What we know as EdDSA is always with Ed25519, which RFC 9864 §2.2
 * calls by the name of the curve: libraries write the one or the other for the same key.
 */
const algorithmsByName: ReadonlyMap<unknown, JwsAlgorithm> = new Map<string, JwsAlgorithm>([
  ...jwsAlgorithms.map((name) => [name, name] as const),
  ['Ed25519', 'EdDSA'],
]);

export const jwsAlgorithmNames: readonly unknown[] = [...algorithmsByName.keys()];

export const jwsAlgorithmNamed = (alg: unknown): JwsAlgorithm | undefined => algorithmsByName.get(alg);

/** The JWS names of what a key set can ask for. */
export const jwsNames: Readonly<Record<SigningAlgorithm, JwsAlgorithm>> = {
  ES256: 'ES256',
  RS256: 'RS256',
  EDDSA: 'EdDSA',
};

interface Method {
  readonly digest: 'sha256' | undefined;
  readonly options: SigningOptions;
}

const methods: Readonly<Record<JwsAlgorithm, Method>> = {
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  EdDSA: { digest: undefined, options: {} },
};

/** A token of ours comes in a form body, which is no longer than this. */
export const jwtLengthLimit = 32_768;

/** A compact JWS (RFC 7515 §3.1) taken apart. Nothing of it is verified. */
export interface CompactJws {
  readonly header: JsonObject;
  /** The signed text: header and payload as they were sent. */
  readonly signingInput: string;
  readonly payload: string;
  readonly signature: Buffer;
}

/**
 * Takes a compact JWS apart. Undefined for everything that could be read in two ways: more or fewer than three parts (a JWE has five),
 * characters beyond base64url, bits left over in the signature, repeated header members, and for `crit` and `b64`, of which we
 * understand nothing (RFC 7515 §4.1.11, RFC 7797 §3).
 */
export const splitJws = (text: string, lengthLimit: number): CompactJws | undefined => {
  if (text.length > lengthLimit || !compactForm.test(text)) return undefined;
  const end = text.lastIndexOf('.');
  const middle = text.indexOf('.');
  const signature = Buffer.from(text.slice(end + 1), 'base64url');
  if (signature.toString('base64url') !== text.slice(end + 1)) return undefined;
  const header = objectIn(text.slice(0, middle));
  if (header === undefined || Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return undefined;
  return { header, signingInput: text.slice(0, end), payload: text.slice(middle + 1, end), signature };
};

const compactForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** The claims of a JWS, worth as much as its signature. Undefined unless they are one JSON object without repeated members. */
export const claimsOf = ({ payload }: CompactJws): JsonObject | undefined => objectIn(payload);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const objectIn = (base64url: string): JsonObject | undefined => {
  try {
    return parseStrictObject(utf8.decode(Buffer.from(base64url, 'base64url')));
  } catch {
    return undefined;
  }
};

/** Whether the signature is that of `key` by `algorithm`. Synchronous, in the calling thread. */
export const isSignedBy = (
  { signingInput, signature }: CompactJws,
  { algorithm, key }: { readonly algorithm: JwsAlgorithm; readonly key: KeyObject },
): boolean => {
  const { digest, options } = methods[algorithm];
  return verify(digest, Buffer.from(signingInput), { key, ...options }, signature);
};

/** The compact JWS of a header and a payload, both in base64url already. Synchronous, in the calling thread. */
export const signedJws = (
  signingInput: string,
  { algorithm, key }: { readonly algorithm: JwsAlgorithm; readonly key: KeyObject },
): string => {
  const { digest, options } = methods[algorithm];
  const signature = sign(digest, Buffer.from(signingInput), { key, ...options });
  return `${signingInput}.${signature.toString('base64url')}`;
};
