import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../model/secret.js';
import { hmacSha256, type Mac } from './hmac.js';
import { createVeil, unveiled, type Veil } from './veil.js';

/** What a derived key is for. Each use has a key of its own (HKDF, RFC 5869). */
export type KeyLabel =
  'client-secret' | 'refresh-token' | 'token-id' | 'signing-key' | 'cursor' | 'idempotency' | 'check';

/** `TALLYGATE_SECRET_KEY`: one or more 32-byte keys; the first writes, all read. The key id stands in front of each result. */
export interface Keyring {
  /** Keyed digest (HMAC-SHA-256) by the first key: `keyId.base64url`. */
  digest(label: KeyLabel, text: string): string;
  /** Whether `text` has this digest under the key that the digest names; constant time; false for anything malformed. */
  matches(label: KeyLabel, text: string, digest: string): boolean;
  /** Whether the key that a digest names is here: without it nothing has this digest. */
  hasKeyOf(digest: string): boolean;
  /** AES-256-GCM by the first key: `keyId.nonce.ciphertext.tag`. */
  encrypt(label: KeyLabel, text: string): string;
  /** @throws Error when no key fits or the text was altered */
  decrypt(label: KeyLabel, sealed: string): string;
  /** AES-256-CTR by the first key, each time another text: `keyId.base64url`. For what stands inside a signature: here nothing tells an altered one. */
  veil(label: KeyLabel, text: string): string;
  /** Undefined when no key fits. */
  unveil(label: KeyLabel, veiled: string): string | undefined;
}

/** @param keys 32 bytes each in base64url, at least one */
export const createKeyring = (keys: readonly Secret[]): Keyring => {
  const bytes = keys.map((key) => Buffer.from(key.reveal(), 'base64url'));
  const byId = new Map(bytes.map((key) => [keyIdOf(key), deriver(key)]));
  const [first] = byId;
  if (first === undefined) throw new Error('A keyring needs at least one key.');
  const [writerId, writer] = first;
  const ring: Ring = { writerId, writer, keyFor: (id, label) => byId.get(id)?.(label) };
  const hasKeyOf = (digest: string): boolean => byId.has(digest.slice(0, Math.max(0, digest.indexOf('.'))));
  return { ...digests(ring), hasKeyOf, ...seals(ring), ...veils(ring) };
};

interface Ring {
  readonly writerId: string;
  /** The first key. */
  readonly writer: (label: KeyLabel) => DerivedKey;
  readonly keyFor: (id: string, label: KeyLabel) => DerivedKey | undefined;
}

const digests = ({ writerId, writer, keyFor }: Ring): Pick<Keyring, 'digest' | 'matches'> => ({
  digest: (label, text) => `${writerId}.${writer(label).mac(text)}`,
  matches: (label, text, digest) => {
    const [id, given, extra] = digest.split('.');
    const key = id === undefined ? undefined : keyFor(id, label);
    if (key === undefined || given === undefined || extra !== undefined) return false;
    // As text: decoding would forgive what stands in the unused bits of the last character.
    const expected = Buffer.from(key.mac(text));
    const actual = Buffer.from(given);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  },
});

const seals = ({ writerId, writer, keyFor }: Ring): Pick<Keyring, 'encrypt' | 'decrypt'> => ({
  encrypt: (label, text) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', writer(label).bytes, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return [writerId, ...[nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
  },
  decrypt: (label, sealed) => {
    const [id = '', ...parts] = sealed.split('.');
    const [nonce, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
    const key = keyFor(id, label);
    if (key === undefined || nonce === undefined || text === undefined || tag === undefined) {
      throw new Error('The text was sealed with a key that is not in TALLYGATE_SECRET_KEY.');
    }
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  },
});

const veils = ({ writerId, writer, keyFor }: Ring): Pick<Keyring, 'veil' | 'unveil'> => ({
  veil: (label, text) => `${writerId}.${writer(label).veil(text)}`,
  unveil: (label, veiled) => {
    const [id = '', text = ''] = veiled.split('.');
    const key = keyFor(id, label);
    return key && unveiled(key.bytes, text);
  },
});

/** Six characters that name a key without telling anything of it. */
const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('tallygate key id').update(key).digest('base64url').slice(0, 6);

interface DerivedKey {
  readonly bytes: Buffer;
  readonly mac: Mac;
  readonly veil: Veil;
}

const deriver = (key: Buffer): ((label: KeyLabel) => DerivedKey) => {
  const derived = new Map<KeyLabel, DerivedKey>();
  return (label) => {
    const known = derived.get(label);
    if (known !== undefined) return known;
    const bytes = Buffer.from(hkdfSync('sha256', key, '', `tallygate ${label}`, 32));
    const fresh = { bytes, mac: hmacSha256(bytes), veil: createVeil(bytes) };
    derived.set(label, fresh);
    return fresh;
  };
};
