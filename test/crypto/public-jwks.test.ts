import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import { decoyFor } from '../../src/crypto/decoy-keys.js';
import { jwsAlgorithms } from '../../src/crypto/jws.js';
import { keyNamed, parsePublicJwks } from '../../src/crypto/public-jwks.js';

const rsaPair = (bits: number, publicExponent?: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits, ...(publicExponent === undefined ? {} : { publicExponent }) });
const pairs = {
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: rsaPair(2048),
  ed: generateKeyPairSync('ed25519'),
};
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });
const setOf = (...keys: unknown[]): string => JSON.stringify({ keys });
const ec = jwk(pairs.ec.publicKey);
const rsa = jwk(pairs.rsa.publicKey);
const ed = jwk(pairs.ed.publicKey);

describe('an inline JWK set', () => {
  test.each([
    { what: 'an EC P-256 key', key: ec, algorithm: 'ES256' },
    { what: 'an RSA key', key: rsa, algorithm: 'RS256' },
    { what: 'an RSA key that says PS256', key: { ...rsa, alg: 'PS256' }, algorithm: 'PS256' },
    { what: 'an Ed25519 key', key: ed, algorithm: 'EdDSA' },
    { what: 'an Ed25519 key that says Ed25519 (RFC 9864)', key: { ...ed, alg: 'Ed25519' }, algorithm: 'EdDSA' },
    { what: 'a key for signatures', key: { ...ec, use: 'sig', key_ops: ['verify'] }, algorithm: 'ES256' },
    { what: 'a key with members that nobody knows', key: { ...ec, 'x-team': 'a', iat: 1 }, algorithm: 'ES256' },
  ])('takes $what for $algorithm', ({ key, algorithm }) => {
    expect(parsePublicJwks(setOf({ ...key, kid: 'a' }))).toMatchObject({ ok: true, keys: [{ kid: 'a', algorithm }] });
  });

  it('takes one key without kid, and ten with a kid each', () => {
    expect(parsePublicJwks(setOf(ec))).toMatchObject({ ok: true, keys: [{ algorithm: 'ES256' }] });
    const ten = Array.from({ length: 10 }, (_, index) => ({ ...ed, kid: String(index) }));
    expect(parsePublicJwks(setOf(...ten))).toMatchObject({ ok: true, keys: ten.map(({ kid }) => ({ kid })) });
  });

  test.each([
    { what: 'no JSON', text: 'keys' },
    { what: 'no keys', text: '{}' },
    { what: 'an empty list', text: setOf() },
    { what: 'keys that are no list', text: '{"keys":{"0":{}}}' },
    { what: 'a key that is no object', text: setOf('a') },
    { what: 'lists in lists as deep as fit', text: `{"keys":${'['.repeat(8187)}${']'.repeat(8187)}}` },
    { what: 'a repeated member', text: `{"keys":[${JSON.stringify(ec)}],"keys":[]}` },
    { what: 'a private EC key', text: setOf(jwk(pairs.ec.privateKey)) },
    { what: 'a private RSA key', text: setOf(jwk(pairs.rsa.privateKey)) },
    { what: 'a private Ed25519 key', text: setOf(jwk(pairs.ed.privateKey)) },
    { what: 'a private member alone', text: setOf({ ...rsa, qi: 'AA' }) },
    { what: 'a symmetric key', text: setOf({ kty: 'oct', k: 'AAAA' }) },
    { what: 'another curve', text: setOf(jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)) },
    { what: 'an X25519 key', text: setOf(jwk(generateKeyPairSync('x25519').publicKey)) },
    { what: 'a short RSA key', text: setOf(jwk(rsaPair(1024).publicKey)) },
    { what: 'an RSA key with exponent 3', text: setOf(jwk(rsaPair(2048, 3).publicKey)) },
    { what: 'HS256', text: setOf({ ...rsa, alg: 'HS256' }) },
    { what: 'none', text: setOf({ ...ec, alg: 'none' }) },
    { what: 'the name of a curve that the key is not on', text: setOf({ ...ec, alg: 'Ed25519' }) },
    { what: 'the algorithm of another key type', text: setOf({ ...ec, alg: 'RS256' }) },
    { what: 'a key for encryption', text: setOf({ ...rsa, use: 'enc' }) },
    { what: 'a key for other operations', text: setOf({ ...rsa, key_ops: ['encrypt'] }) },
    { what: 'a point beside the curve', text: setOf({ ...ec, x: ec.y, y: ec.x }) },
    { what: 'a number where text belongs', text: setOf({ ...ed, x: 1 }) },
    { what: 'a missing coordinate', text: setOf({ kty: 'EC', crv: 'P-256', x: ec.x }) },
    { what: 'an empty kid', text: setOf({ ...ec, kid: '' }) },
    { what: 'a kid that is no text', text: setOf({ ...ec, kid: { $ne: 1 } }) },
    { what: 'two keys of one kid', text: setOf({ ...ec, kid: 'a' }, { ...ed, kid: 'a' }) },
    { what: 'two keys of which one has no kid', text: setOf({ ...ec, kid: 'a' }, ed) },
    { what: 'eleven keys', text: setOf(...Array.from({ length: 11 }, (_, kid) => ({ ...ed, kid: String(kid) }))) },
    { what: 'a very long text', text: ' '.repeat(16_385) },
  ])('refuses $what and says what would be right', ({ text }) => {
    expect(parsePublicJwks(text)).toEqual({ ok: false, message: expect.stringMatching(/^[A-Z][\x20-\x7E]+\.$/) });
  });
});

describe('the key that a signature names', () => {
  const several = setOf({ ...ec, kid: 'a' }, { ...rsa, kid: 'b' }, { ...rsa, kid: 'c', alg: 'PS256' });
  test.each([
    { text: several, kid: 'a', alg: 'ES256' },
    { text: several, kid: 'b', alg: 'RS256' },
    { text: several, kid: 'c', alg: 'PS256' },
    { text: setOf(ed), kid: 'any', alg: 'EdDSA' },
    { text: setOf({ ...ed, kid: 'a' }), kid: undefined, alg: 'EdDSA' },
  ] as const)('is found by kid $kid for $alg', ({ text, kid, alg }) => {
    expect(keyNamed(text, { kid, alg })).toMatchObject({ algorithm: alg });
  });

  test.each([
    { why: 'the key is for another algorithm', text: several, kid: 'b', alg: 'PS256' },
    { why: 'no key has this kid', text: several, kid: 'd', alg: 'ES256' },
    { why: 'there are several and none is named', text: several, kid: undefined, alg: 'ES256' },
    { why: 'kid is no text', text: several, kid: ['a'], alg: 'ES256' },
    { why: 'the only key has another kid', text: setOf({ ...ec, kid: 'a' }), kid: 'b', alg: 'ES256' },
    { why: 'the set is damaged', text: '{"keys":', kid: 'a', alg: 'ES256' },
    { why: 'the key is damaged', text: setOf({ ...ec, x: 'AA' }), kid: 'a', alg: 'ES256' },
  ] as const)('is none where $why', ({ text, kid, alg }) => {
    expect(keyNamed(text, { kid, alg })).toBeUndefined();
  });

  // Else OpenSSL would refuse the length at once, or take longer than for a decoy: the time would tell which clients have such keys.
  it('of RSA is the one that could have made a signature of this length, and no other is tried', () => {
    const large = { ...jwk(rsaPair(4096).publicKey), kid: 'a' };
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(String(large.n), 'base64url')]).toString('base64url');
    for (const set of [setOf(large), setOf({ ...large, n: padded })]) {
      expect(keyNamed(set, { kid: 'a', alg: 'RS256', signatureBytes: 512 })).toMatchObject({ algorithm: 'RS256' });
      for (const signatureBytes of [0, 256, 511, 513]) {
        expect(keyNamed(set, { kid: 'a', alg: 'RS256', signatureBytes })).toBeUndefined();
      }
    }
  });

  test.each(jwsAlgorithms)('has a decoy for %s, whatever the length of the signature', (alg) => {
    for (const length of [0, 64, 256, 300, 513, 6000]) expect(decoyFor(alg, length)).toMatchObject({ algorithm: alg });
  });

  test.each([
    { bytes: 256, bits: 2048 },
    { bytes: 384, bits: 3072 },
    { bytes: 512, bits: 4096 },
  ])('has a decoy of $bits bits for a signature of $bytes bytes', ({ bytes, bits }) => {
    for (const alg of ['RS256', 'PS256'] as const) {
      expect(decoyFor(alg, bytes).key.asymmetricKeyDetails).toMatchObject({ modulusLength: bits });
    }
  });
});
