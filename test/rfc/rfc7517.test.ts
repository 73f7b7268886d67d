import { afterAll, beforeAll, expect } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { removeOutlivedKeys } from '../../src/signing-keys/remove-outlived-keys.js';
import { may, must, ours, rfcRows, should } from '../support/rfc-table.js';
import { partsOf } from './jwt.js';
import { startRfcServer, type RfcClient, type RfcServer } from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let maxAge: number;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  for (const accessTokenAlgorithm of ['RS256', 'EDDSA'])
    await server.grant(await server.client({ accessTokenAlgorithm }));
  const { headers } = await server.get('/.well-known/jwks.json');
  maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1]);
});
afterAll(() => server.close());

const jwks = async (): Promise<JSONWebKeySet> => (await server.get('/.well-known/jwks.json')).body;
const tokenOf = async (fields = {}): Promise<string> => (await server.grant(client, fields)).body.access_token;
const kidOf = (token: string): string => partsOf(token).header['kid'];
const verifies = (token: string, keys: JSONWebKeySet): Promise<boolean> =>
  jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(server.clock.now()) }).then(
    () => true,
    () => false,
  );
const rotate = (input: object = {}): Promise<{ keyId: string }> => server.manage('rotateSigningKey', input, 'keyId');

/** What RFC 7518 §6.2.1, §6.3.1 and RFC 8037 §2 have for a public key, and what we add to all. */
const publicMembers = {
  EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
};

rfcRows(7517, [
  {
    ...must('§5', 84),
    behaviour: 'the JWK set is a JSON object with keys, of every algorithm that is in use',
    shows: async () => {
      const { status, headers, body } = await server.get('/.well-known/jwks.json');
      expect([status, headers.get('content-type'), Object.keys(body)]).toEqual([200, 'application/json', ['keys']]);
      expect(body.keys.map(({ kty, alg }: { kty: string; alg: string }) => [kty, alg]).sort()).toEqual([
        ['EC', 'ES256'],
        ['OKP', 'EdDSA'],
        ['RSA', 'RS256'],
      ]);
    },
  },
  {
    ...must('§9.2', 84),
    behaviour: 'a key has the public members of its kind and no other',
    shows: async () => {
      for (const key of (await jwks()).keys) {
        expect(Object.keys(key).sort()).toEqual(publicMembers[key.kty as keyof typeof publicMembers]);
        for (const value of Object.values(key)) expect(typeof value).toBe('string');
      }
    },
  },
  {
    ...should('§4.5', 84),
    behaviour: 'each key has another kid, and says use sig and its one alg',
    shows: async () => {
      const { keys } = await jwks();
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
      for (const { kid, use, alg } of keys)
        expect([kid, use, alg]).toEqual([
          expect.stringMatching(/./),
          'sig',
          expect.stringMatching(/^(ES256|RS256|EdDSA)$/),
        ]);
    },
  },
  {
    ...ours('§5', 84),
    behaviour: 'the JWK set may be kept by everybody for max-age, and asked for again by its ETag',
    shows: async () => {
      const { headers } = await server.get('/.well-known/jwks.json');
      expect(headers.get('cache-control')).toMatch(/^public, max-age=[1-9][0-9]*$/);
      const etag = headers.get('etag') ?? '';
      const again = await server.get('/.well-known/jwks.json', { 'if-none-match': etag });
      expect([again.status, again.text]).toEqual([304, '']);
      expect((await server.get('/.well-known/jwks.json', { 'if-none-match': '"other"' })).status).toBe(200);
    },
  },
  {
    ...must('§5', 1),
    behaviour: 'the JWK set is read by GET and HEAD alone',
    shows: async () => {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await server.send(method, '/.well-known/jwks.json');
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
      const head = await server.send('HEAD', '/.well-known/jwks.json');
      expect([head.status, head.text]).toEqual([200, '']);
    },
  },
  {
    ...may('§4.5', 85),
    behaviour: 'a rotated key is published at least max-age before its first use',
    shows: async () => {
      const before = kidOf(await tokenOf());
      const { keyId } = await rotate();
      expect((await jwks()).keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([before, keyId]));
      server.clock.advance(maxAge * 1000);
      expect(kidOf(await tokenOf())).toBe(before);
      server.clock.advance(60_000);
      expect(kidOf(await tokenOf())).toBe(keyId);
    },
  },
  {
    ...ours('§5', 85),
    behaviour: 'over a rotation every token is verified by a reader that keeps the JWK set for max-age',
    shows: async () => {
      const step = 20;
      const kept: JSONWebKeySet[] = [];
      const used = new Set<string>();
      for (let passed = 0; passed <= 2 * maxAge; passed += step) {
        if (passed === 2 * step) await rotate();
        kept.push(await jwks());
        const token = await tokenOf();
        used.add(kidOf(token));
        for (const keys of kept.slice(-maxAge / step)) expect(await verifies(token, keys)).toBe(true);
        server.clock.advance(step * 1000);
      }
      expect(used.size).toBe(2);
    },
  },
  {
    ...ours('§5', 85),
    behaviour: 'an old key stays for as long as the longest access token lives',
    shows: async () => {
      const year = 365 * 86_400;
      const long = await server.client({ accessTokenLifetimeSeconds: 3600, maxAccessTokenLifetimeSeconds: year });
      const { body } = await server.grant(long, { validity_period: String(year) });
      await rotate();
      server.clock.advance((year - 1) * 1000);
      await removeOutlivedKeys(server.oauth); // what jobs do every hour
      expect(await verifies(body.access_token, await jwks())).toBe(true);
      expect(await server.isActive(body.access_token)).toBe(true);
      server.clock.advance(1000);
      expect(await verifies(body.access_token, await jwks())).toBe(false);
    },
  },
  {
    ...ours('§5', 85),
    behaviour: 'a compromised key leaves the JWK set at once, and its tokens are worth nothing',
    shows: async () => {
      const token = await tokenOf();
      const { keyId } = await rotate({ immediately: true });
      expect(await verifies(token, await jwks())).toBe(false);
      expect(await server.isActive(token)).toBe(false);
      expect(kidOf(await tokenOf())).toBe(keyId);
    },
  },
]);
