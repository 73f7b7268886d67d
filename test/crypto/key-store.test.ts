import { createHmac, createPrivateKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { signedJws } from '../../src/crypto/jws.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import { createKeyring, type Keyring } from '../../src/crypto/keyring.js';
import type { SigningKeys } from '../../src/crypto/signing-keys.js';
import { signingAlgorithms } from '../../src/model/application.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { secretKey } from '../support/secret-key.js';

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: 'https://issuer.example', sub: 'client', n: 1, text: 'ü "quoted"' };

let opened: TestStore;
let keyring: Keyring;
let keys: SigningKeys;

const open = (ring = keyring): Promise<SigningKeys> =>
  openSigningKeys({ store: opened.store, keyring: ring, clock: opened.clock.now });

beforeEach(async () => {
  opened = await openTestStore();
  keyring = createKeyring([secretKey()]);
  keys = await open();
});
afterEach(() => opened.close());

describe('signing keys', () => {
  test.each(signingAlgorithms)('sign %s for us and for everybody who has the JWKS', async (algorithm) => {
    await keys.ensure(algorithm);
    const jwt = keys.sign(algorithm, 'at+jwt', claims);
    expect(keys.verify(jwt)).toEqual({ header: expect.objectContaining({ typ: 'at+jwt' }), claims });
    const jwks = createLocalJWKSet({ keys: [...keys.publicKeys()] });
    const { payload, protectedHeader } = await jwtVerify(jwt, jwks, { typ: 'at+jwt' });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual(keys.verify(jwt)?.header);
  });

  it('publish public members only, each key for one algorithm under a kid of its own', async () => {
    await Promise.all(signingAlgorithms.map((algorithm) => keys.ensure(algorithm)));
    const members = keys.publicKeys().map((jwk) => Object.keys(jwk).sort().join(' '));
    expect(members.sort()).toEqual(['alg crv kid kty use x', 'alg crv kid kty use x y', 'alg e kid kty n use']);
    expect(new Set(keys.publicKeys().map(({ kid }) => kid)).size).toBe(3);
    expect(keys.publicKeys().map(({ use }) => use)).toEqual(['sig', 'sig', 'sig']);
  });

  it('are the same after a restart, and their private halves are sealed in the store', async () => {
    const jwt = keys.sign('ES256', 'at+jwt', claims);
    expect((await open()).verify(jwt)?.claims).toEqual(claims);
    const [record] = await opened.store.signingKeys.list();
    expect(JSON.stringify(record)).not.toMatch(/PRIVATE|"d"/);
    await expect(open(createKeyring([secretKey()]))).rejects.toThrow('TALLYGATE_SECRET_KEY');
  });

  it('can be read while the secret key that sealed them is configured, first or not', async () => {
    const old = secretKey();
    const fresh = await openTestStore();
    const deps = { store: fresh.store, clock: fresh.clock.now };
    const jwt = (await openSigningKeys({ ...deps, keyring: createKeyring([old]) })).sign('ES256', 'JWT', claims);
    const later = await openSigningKeys({ ...deps, keyring: createKeyring([secretKey(), old]) });
    expect(later.verify(jwt)?.claims).toEqual(claims);
    await fresh.close();
  });

  it('are made once when many servers start and ask at the same moment', async () => {
    const fresh = await openTestStore();
    const deps = { store: fresh.store, keyring, clock: fresh.clock.now };
    const servers = await Promise.all(Array.from({ length: 64 }, () => openSigningKeys(deps)));
    await Promise.all(servers.slice(0, 8).map((server) => server.ensure('EDDSA')));
    const slots = (await fresh.store.signingKeys.list()).map(({ slot }) => slot);
    expect(slots.sort()).toEqual(['EDDSA:1', 'ES256:1']);
    const jwt = servers[0]!.sign('ES256', 'at+jwt', claims);
    expect(servers.every((server) => server.verify(jwt) !== undefined)).toBe(true);
    await fresh.close();
  });

  it.each([1, 2, 3])('are made once when another server makes the first behind read %d of a start', async (read) => {
    const fresh = await openTestStore();
    const deps = { store: fresh.store, keyring, clock: fresh.clock.now };
    const { signingKeys } = fresh.store;
    let reads = 0;
    const list = async () => {
      const records = await signingKeys.list();
      if ((reads += 1) === read) await openSigningKeys(deps);
      return records;
    };
    await openSigningKeys({ ...deps, store: { signingKeys: { add: (key) => signingKeys.add(key), list } } });
    expect((await signingKeys.list()).map(({ slot }) => slot)).toEqual(['ES256:1']);
    await fresh.close();
  });

  it('of another server are found when a token names them, and looked for once a second at most', async () => {
    const other = await open();
    await other.ensure('EDDSA');
    const jwt = other.sign('EDDSA', 'at+jwt', claims);
    expect(keys.verify(jwt)).toBeUndefined();
    expect((await keys.verifyLatest(jwt))?.claims).toEqual(claims);

    await other.ensure('RS256');
    const next = other.sign('RS256', 'at+jwt', claims);
    expect(await keys.verifyLatest(next)).toBeUndefined();
    opened.clock.advance(1000);
    expect((await keys.verifyLatest(next))?.claims).toEqual(claims);
  });

  it('give the same list until they change', async () => {
    const before = keys.publicKeys();
    await keys.refresh();
    expect(keys.publicKeys()).toBe(before);
    await keys.ensure('EDDSA');
    expect(keys.publicKeys()).toHaveLength(2);
  });

  it('say so when an algorithm has no key yet', () => {
    expect(() => keys.sign('RS256', 'at+jwt', claims)).toThrow('no key that signs RS256');
  });
});

describe('a token that was tampered with', () => {
  const parts = (jwt: string): [string, string, string] => jwt.split('.') as [string, string, string];
  const textOf = (part: string): string => Buffer.from(part, 'base64url').toString();

  /** What somebody who could make our key sign anything would send: only the form of the text is wrong. */
  const wellSigned = async (header: string, payload: string): Promise<string> => {
    const [record] = await opened.store.signingKeys.list();
    const key = createPrivateKey(keyring.decrypt('signing-key', record!.encryptedPrivateKey));
    const input = [header, payload].map((text) => Buffer.from(text).toString('base64url')).join('.');
    return signedJws(input, { algorithm: 'ES256', key });
  };
  const headerWith = (change: object): string => {
    const [header] = parts(keys.sign('ES256', 'at+jwt', claims));
    return JSON.stringify({ ...JSON.parse(textOf(header)), ...change });
  };

  it('would be accepted if it were right', async () => {
    expect(keys.verify(await wellSigned(headerWith({}), JSON.stringify(claims)))?.claims).toEqual(claims);
    expect(keys.verify(await wellSigned(headerWith({ jku: 'https://evil.example' }), '{"a":1}'))?.claims).toEqual({
      a: 1,
    });
  });

  it('is refused, whichever character was changed', () => {
    const jwt = keys.sign('ES256', 'at+jwt', claims);
    expect(keys.verify(jwt)).toBeDefined();
    for (let index = 0; index < jwt.length; index += 1) {
      const other = jwt[index] === 'A' ? 'B' : 'A';
      expect(keys.verify(jwt.slice(0, index) + other + jwt.slice(index + 1))).toBeUndefined();
    }
  });

  test.each([
    { what: 'is cut off', change: (jwt: string) => jwt.slice(0, -1) },
    { what: 'has no signature', change: (jwt: string) => jwt.slice(0, jwt.lastIndexOf('.') + 1) },
    { what: 'has two parts', change: (jwt: string) => jwt.slice(0, jwt.lastIndexOf('.')) },
    { what: 'has five parts like a JWE', change: (jwt: string) => `${jwt}.AAAA.AAAA` },
    { what: 'is padded', change: (jwt: string) => `${jwt}==` },
    { what: 'has a line break behind it', change: (jwt: string) => `${jwt}\n` },
    { what: 'is in base64 of the other alphabet', change: (jwt: string) => `+${jwt.slice(1)}` },
    { what: 'is longer than a form body', change: (jwt: string) => jwt + 'A'.repeat(40_000) },
    { what: 'is empty', change: () => '' },
  ])('$what: refused', ({ change }) => {
    expect(keys.verify(change(keys.sign('ES256', 'at+jwt', claims)))).toBeUndefined();
  });

  test.each([
    { what: 'alg none', change: { alg: 'none' } },
    { what: 'another alg', change: { alg: 'RS256' } },
    { what: 'an alg that is no text', change: { alg: ['ES256'] } },
    { what: 'no typ', change: { typ: undefined } },
    { what: 'crit', change: { crit: ['exp'] } },
    { what: 'an empty crit', change: { crit: [] } },
    { what: 'b64', change: { b64: true } },
    { what: 'a kid that is a path', change: { kid: '../../dev/null' } },
    { what: 'a kid that is SQL', change: { kid: "' OR 1=1" } },
    { what: 'a kid that is a query', change: { kid: { $ne: 1 } } },
    { what: 'a kid in a list', change: { kid: ['a'] } },
    { what: 'a kid of 10 KB', change: { kid: 'k'.repeat(10_240) } },
    { what: 'a kid that every object has', change: { kid: 'constructor' } },
    { what: 'no kid', change: { kid: undefined } },
  ])('with $what is refused although its signature is good', async ({ change }) => {
    const jwt = await wellSigned(headerWith(change), JSON.stringify(claims));
    expect(keys.verify(jwt)).toBeUndefined();
    expect(await keys.verifyLatest(jwt)).toBeUndefined();
  });

  test.each([
    { what: 'a repeated header member', header: (text: string) => text.replace('{', '{"kid":"x",') },
    { what: 'a repeated header member in disguise', header: (text: string) => text.replace('{', '{"\\u006bid":"x",') },
    { what: 'a repeated claim', payload: '{"sub":"a","sub":"b"}' },
    { what: 'a repeated member inside a claim', payload: '{"a":[{"b":1,"b":1}]}' },
    { what: 'claims that are a list', payload: '[1]' },
    { what: 'claims that are a text', payload: '"sub"' },
    { what: 'claims that are no JSON', payload: 'sub' },
  ])('with $what is refused although its signature is good', async ({ header, payload }) => {
    const text = headerWith({});
    expect(keys.verify(await wellSigned(header?.(text) ?? text, payload ?? '{"sub":"a"}'))).toBeUndefined();
  });

  it('is refused when the public key was used as an HMAC secret', () => {
    const jwt = keys.sign('ES256', 'at+jwt', claims);
    const header = Buffer.from(headerWith({ alg: 'HS256' })).toString('base64url');
    const input = `${header}.${parts(jwt)[1]}`;
    for (const secret of [JSON.stringify(keys.publicKeys()[0]), keys.publicKeys()[0]!.x!]) {
      expect(keys.verify(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)).toBeUndefined();
    }
  });

  it('is refused when it names the key of another algorithm', async () => {
    await keys.ensure('RS256');
    await keys.ensure('EDDSA');
    const kids = keys.publicKeys().map(({ kid, alg }) => ({ kid, alg }));
    for (const algorithm of signingAlgorithms) {
      const jwt = keys.sign(algorithm, 'at+jwt', claims);
      const [, payload, signature] = parts(jwt);
      const own = JSON.parse(textOf(parts(jwt)[0])) as { kid: string };
      for (const other of kids.filter(({ kid }) => kid !== own.kid)) {
        for (const header of [
          { ...own, kid: other.kid },
          { ...own, alg: other.alg },
          { ...own, ...other },
        ]) {
          expect(keys.verify(`${base64url(header)}.${payload}.${signature}`)).toBeUndefined();
        }
      }
    }
  });
});
