import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { SigningKeyRecord } from '../model/signing-key.js';
import { jwsNames, signedJws, type JwsAlgorithm } from './jws.js';
import type { Keyring } from './keyring.js';
import type { PublicJwk } from './signing-keys.js';
import { isJsonObject } from './strict-json.js';

/** A signing key of the store, ready for use. */
export interface HeldKey {
  readonly record: SigningKeyRecord;
  readonly jwk: PublicJwk;
  readonly verifier: { readonly algorithm: JwsAlgorithm; readonly key: KeyObject };
  /** Compact JWS of the claims; the header of each `typ` is made once. */
  readonly sign: (typ: string, claims: Readonly<Record<string, unknown>>) => string;
}

/** @throws Error when the private half was sealed with a secret key that is not configured, or the record is damaged */
export const openKey = (record: SigningKeyRecord, keyring: Keyring): HeldKey => {
  const algorithm = jwsNames[record.algorithm];
  const jwk = publicJwkOf(record, algorithm);
  const signer = { algorithm, key: createPrivateKey(keyring.decrypt('signing-key', record.encryptedPrivateKey)) };
  const headers = new Map<string, string>();
  const headerOf = (typ: string): string => {
    const known = headers.get(typ);
    if (known !== undefined) return known;
    const header = base64urlJson({ alg: algorithm, typ, kid: record.id });
    headers.set(typ, header);
    return header;
  };
  return {
    record,
    jwk,
    verifier: { algorithm, key: createPublicKey({ key: jwk, format: 'jwk' }) },
    sign: (typ, claims) => signedJws(`${headerOf(typ)}.${base64urlJson(claims)}`, signer),
  };
};

const base64urlJson = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Members of the public half of each key type (RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2); nothing else is ever shown. */
const publicMembers: ReadonlySet<string> = new Set(['crv', 'x', 'y', 'n', 'e']);

const publicJwkOf = (record: SigningKeyRecord, algorithm: JwsAlgorithm): PublicJwk => {
  const stored: unknown = JSON.parse(record.publicJwk);
  if (!isJsonObject(stored) || typeof stored.kty !== 'string') throw new Error('A stored signing key is damaged.');
  const material = Object.entries(stored).filter(
    (member): member is [string, string] => publicMembers.has(member[0]) && typeof member[1] === 'string',
  );
  return { kty: stored.kty, kid: record.id, alg: algorithm, use: 'sig', ...Object.fromEntries(material) };
};
