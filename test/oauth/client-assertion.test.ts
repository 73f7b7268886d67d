import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { CompactSign, SignJWT } from 'jose';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { callers, times } from '../management/open-management.js';
import { openIssuer, type Issuer } from './open-issuer.js';

const iss = 'https://tallygate.example';
const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const;
type Alg = keyof typeof pairs;
const algs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;
const publicJwk = (alg: Alg, kid: string) => ({ ...pairs[alg].publicKey.export({ format: 'jwk' }), alg, kid });
const jwks = JSON.stringify({ keys: algs.map((alg) => publicJwk(alg, alg)) });

let issuer: Issuer;
let keys: GeneratedKeys;
let clientId: string;
beforeEach(async () => {
  issuer = await openIssuer();
  keys = await issuer.keys({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
  ({ clientId } = keys.client.keySet);
});
afterEach(() => issuer.close());

let serial = 0;
const goodClaims = () => {
  const now = Math.floor(issuer.clock.now() / 1000);
  serial += 1;
  return { iss: clientId, sub: clientId, aud: iss, iat: now, exp: now + 60, jti: `jti-${serial}` };
};
const signed = (claims: object, header: object = {}, key: KeyObject = pairs.ES256.privateKey): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', kid: 'ES256', ...header })
    .sign(key);

/** Keys that no client has. */
const strangers: Readonly<Record<Alg, KeyObject>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: pairs.PS256.privateKey,
  PS256: pairs.RS256.privateKey,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
};

/** Milliseconds that each is refused in, tried in turn. */
const fastestOf = async (assertions: readonly string[]): Promise<[number, number, number]> => {
  const fastest: [number, number, number] = [Infinity, Infinity, Infinity];
  for (let round = 0; round < 300; round += 1) {
    for (const [index, assertion] of assertions.entries()) {
      const start = performance.now();
      expect(await present(assertion)).toMatchObject(refused);
      fastest[index] = Math.min(fastest[index] ?? Infinity, performance.now() - start);
    }
  }
  return fastest;
};

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const present = (assertion: string, form: Readonly<Record<string, string>> = {}) =>
  issuer.post('/token', {
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...form,
  });
const refused = { status: 401, body: { error: 'invalid_client' } };

describe('a client assertion (RFC 7523 §2.2, §3)', () => {
  test.each(algs)('signed by %s authenticates', async (alg) => {
    const assertion = await signed(goodClaims(), { alg, kid: alg }, pairs[alg].privateKey);
    expect(await present(assertion)).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  });

  // RFC 9864 §2.2: Web Crypto, oauth4webapi and openid-client write the new name, others the old one.
  describe.each(['Ed25519', 'EdDSA', undefined])('by a key that was registered with alg %p', (registered) => {
    test.each(['Ed25519', 'EdDSA'])('authenticates with alg %s', async (alg) => {
      const set = JSON.stringify({ keys: [{ ...publicJwk('EdDSA', 'x'), alg: registered }] });
      const client = await issuer.keys({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: set });
      const { clientId: its } = client.client.keySet;
      const claims = { ...goodClaims(), iss: its, sub: its };
      const assertion = await signed(claims, { alg, kid: 'x' }, pairs.EdDSA.privateKey);
      expect(await present(assertion)).toMatchObject({ status: 200 });
    });
  });

  it.each([
    ...[undefined, 'JWT', 'jwt', 'application/jwt', 'Application/JWT'],
    ...['client-authentication+jwt', 'application/client-authentication+jwt'],
  ])('may have the typ %p', async (typ) => {
    expect(await present(await signed(goodClaims(), typ === undefined ? {} : { typ }))).toMatchObject({ status: 200 });
  });

  it('made by jose is accepted, with the client_id beside it', async () => {
    const assertion = await new SignJWT(goodClaims())
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(pairs.ES256.privateKey);
    expect(await present(assertion, { client_id: clientId })).toMatchObject({ status: 200 });
  });

  test.each([
    { what: 'exp five minutes ahead', claims: (now: number) => ({ exp: now + 300 }) },
    { what: 'exp five minutes and the skew ahead', claims: (now: number) => ({ exp: now + 330 }) },
    { what: 'exp just past, within the skew', claims: (now: number) => ({ exp: now - 29 }) },
    { what: 'a fraction in exp', claims: (now: number) => ({ exp: now + 60.0001 }) },
    { what: 'no iat', claims: () => ({ iat: undefined }) },
    { what: 'nbf now', claims: (now: number) => ({ nbf: now }) },
  ])('with $what is accepted', async ({ claims }) => {
    const now = issuer.clock.now() / 1000;
    expect(await present(await signed({ ...goodClaims(), ...claims(now) }))).toMatchObject({ status: 200 });
  });

  test.each([
    { what: 'another iss', claims: { iss: 'other' } },
    { what: 'another sub', claims: { sub: 'other' } },
    { what: 'iss and sub of an unknown client', claims: { iss: 'other', sub: 'other' } },
    { what: 'no sub', claims: { sub: undefined } },
    { what: 'the audience in a list', claims: { aud: [iss] } },
    { what: 'another audience beside ours', claims: { aud: [iss, 'https://other.example'] } },
    { what: 'the token endpoint as audience', claims: { aud: `${iss}/token` } },
    { what: 'a slash behind the audience', claims: { aud: `${iss}/` } },
    { what: 'no audience', claims: { aud: undefined } },
    { what: 'no exp', claims: { exp: undefined } },
    { what: 'exp as text', claims: { exp: '9999999999' } },
    { what: 'exp too far ahead', claims: (now: number) => ({ exp: now + 331 }) },
    { what: 'exp past the skew', claims: (now: number) => ({ exp: now - 30 }) },
    { what: 'nbf ahead', claims: (now: number) => ({ nbf: now + 31 }) },
    { what: 'iat ahead', claims: (now: number) => ({ iat: now + 31 }) },
    { what: 'iat as text', claims: { iat: '1' } },
    { what: 'no jti', claims: { jti: undefined } },
    { what: 'an empty jti', claims: { jti: '' } },
    { what: 'a jti that is no text', claims: { jti: 1 } },
  ])('with $what is refused', async ({ claims }) => {
    const change = typeof claims === 'function' ? claims(issuer.clock.now() / 1000) : claims;
    expect(await present(await signed({ ...goodClaims(), ...change }))).toMatchObject(refused);
  });

  test.each([
    { what: 'the token endpoint as aud', claims: { aud: `${iss}/token` }, says: 'aud' },
    { what: 'an exp that is over', claims: { exp: 1 }, says: 'expired' },
    { what: 'an exp far ahead', claims: { exp: 9_999_999_999 }, says: 'five minutes' },
    { what: 'an iat ahead', claims: { iat: 9_999_999_999 }, says: 'iat' },
    { what: 'no jti', claims: { jti: undefined }, says: 'jti' },
    { what: 'iss and sub that differ', claims: { iss: 'other' }, says: 'iss and sub' },
  ])('with $what is told so (RFC 7523 §3.2)', async ({ claims, says }) => {
    const { body } = await present(await signed({ ...goodClaims(), ...claims }));
    expect(body).toMatchObject({ error: 'invalid_client', error_description: expect.stringContaining(says) });
  });

  it('that is used again, or is no JWT, is told so', async () => {
    const assertion = await signed(goodClaims());
    await present(assertion);
    expect((await present(assertion)).body.error_description).toMatch(/used before/);
    expect((await present('x')).body.error_description).toMatch(/signed JWT/);
  });

  it('is told nothing of a client that is unknown, disabled or has other keys', async () => {
    const off = await issuer.keys({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
    const { clientId: disabled } = off.client.keySet;
    await updateKeys(issuer.deps, issuer.actor, { clientId: disabled, enabled: false });
    const assertions = [
      signed({ ...goodClaims(), iss: 'nobody', sub: 'nobody' }),
      signed({ ...goodClaims(), aud: 'x' }, {}, strangers.ES256),
      signed({ ...goodClaims(), iss: disabled, sub: disabled }),
    ];
    const answers = await Promise.all(assertions.map(async (assertion) => (await present(await assertion)).body));
    expect(new Set(answers.map(({ error_description: said }) => said)).size).toBe(1);
  });

  test.each([
    { what: 'the kid of another key', header: { kid: 'EdDSA' } },
    { what: 'a kid that nobody has', header: { kid: 'x' } },
    { what: 'a kid that every object has', header: { kid: '__proto__' } },
    { what: 'no kid beside several keys', header: { kid: undefined } },
    { what: 'the typ of an access token', header: { typ: 'at+jwt' } },
    { what: 'a typ of another kind', header: { typ: 'application/application/jwt' } },
    { what: 'a typ that is no text', header: { typ: 1 } },
  ])('with $what is refused', async ({ header }) => {
    expect(await present(await signed(goodClaims(), header))).toMatchObject(refused);
  });

  it('signed by another key, or with the wrong padding, is refused', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(await present(await signed(goodClaims(), {}, stranger))).toMatchObject(refused);
    const crossed = await signed(goodClaims(), { alg: 'PS256', kid: 'RS256' }, pairs.RS256.privateKey);
    expect(await present(crossed)).toMatchObject(refused);
  });

  test.each([
    { alg: 'none', signature: () => '' },
    { alg: 'none', signature: () => 'AA' },
    {
      alg: 'HS256',
      signature: (input: string) => createHmac('sha256', jwks).update(input).digest('base64url'),
    },
  ])('with alg $alg is refused', async ({ alg, signature }) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg, kid: 'ES256' })}.${part(goodClaims())}`;
    expect(await present(`${input}.${signature(input)}`)).toMatchObject(refused);
  });

  test.each(['', 'x', 'a.b', 'a.b.c.d.e', `${'A'.repeat(9000)}.AA.AA`])(
    'that is no JWT is refused',
    async (assertion) => {
      expect(await present(assertion)).toMatchObject({ status: 401 });
    },
  );

  it('with a repeated claim is refused', async () => {
    const text = JSON.stringify(goodClaims()).replace('{', `{"aud":"${iss}",`);
    const assertion = await new CompactSign(Buffer.from(text))
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(pairs.ES256.privateKey);
    expect(await present(assertion)).toMatchObject(refused);
  });

  it('of another type, or beside another client_id, is refused', async () => {
    const type = { client_assertion_type: assertionType.toUpperCase() };
    expect(await present(await signed(goodClaims()), type)).toMatchObject(refused);
    expect(await present(await signed(goodClaims()), { client_id: 'other' })).toMatchObject(refused);
  });

  it('is used once, by one of any number of callers, also later within its life', async () => {
    const assertion = await signed(goodClaims());
    const statuses = (await Promise.all(times(callers, () => present(assertion)))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(callers - 1);
    issuer.clock.advance(89_999); // exp and the skew, but for a millisecond
    while ((await issuer.store.sweep(issuer.clock.now())) > 0);
    expect(await present(assertion)).toMatchObject(refused);
  });

  it('of another client may have the same jti', async () => {
    const other = await issuer.keys({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
    const claims = goodClaims();
    const otherId = other.client.keySet.clientId;
    expect(await present(await signed(claims))).toMatchObject({ status: 200 });
    expect(await present(await signed({ ...claims, iss: otherId, sub: otherId }))).toMatchObject({ status: 200 });
  });

  it('that failed for its claims has not spent the jti', async () => {
    const claims = goodClaims();
    await present(await signed({ ...claims, aud: 'https://other.example' }));
    expect(await present(await signed(claims))).toMatchObject({ status: 200 });
  });

  it('is refused while the keys are disabled, and by a client with a secret', async () => {
    await updateKeys(issuer.deps, issuer.actor, { clientId, enabled: false });
    expect(await present(await signed(goodClaims()))).toMatchObject(refused);
    const withSecret = await issuer.keys();
    const id = withSecret.client.keySet.clientId;
    expect(await present(await signed({ ...goodClaims(), iss: id, sub: id }))).toMatchObject(refused);
  });

  it.each(algs)('takes as long for an unknown client as for one with a key for %s', async (alg) => {
    const withSecret = await issuer.keys();
    const [known, unknown, other] = await Promise.all(
      [clientId, 'nobody', withSecret.client.keySet.clientId].map((id) =>
        signed({ ...goodClaims(), iss: id, sub: id }, { alg, kid: alg }, strangers[alg]),
      ),
    );
    const [there, notThere, otherwise] = await fastestOf([known, unknown, other].map((assertion) => assertion ?? ''));
    // Of which the key and its signature are most; a busy machine makes no difference to the fastest of many.
    expect(notThere / there).toBeGreaterThan(0.6);
    expect(otherwise / there).toBeGreaterThan(0.6);
  });

  it('follows the JWK set when it is replaced; a single key needs no kid', async () => {
    const next = JSON.stringify({ keys: [{ ...publicJwk('EdDSA', 'x'), kid: undefined }] });
    await updateKeys(issuer.deps, issuer.actor, { clientId, jwks: next });
    expect(await present(await signed(goodClaims()))).toMatchObject(refused);
    for (const kid of [undefined, 'any']) {
      const assertion = await signed(goodClaims(), { alg: 'EdDSA', kid }, pairs.EdDSA.privateKey);
      expect(await present(assertion)).toMatchObject({ status: 200 });
    }
  });

  it('and a secret at once are refused with invalid_request, a client of it with a secret with invalid_client', async () => {
    const both = { client_id: clientId, client_secret: 'x'.repeat(43) };
    const answer = await present(await signed(goodClaims()), both);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await issuer.post('/token', { grant_type: 'client_credentials', ...both })).toMatchObject(refused);
  });

  it('opens /revoke and /introspect as well', async () => {
    const form = async () => ({
      client_assertion_type: assertionType,
      client_assertion: await signed(goodClaims()),
    });
    const { body } = await present(await signed(goodClaims()));
    const token = String(body.access_token);
    expect((await issuer.post('/introspect', { token }, { form: await form() })).body).toMatchObject({ active: true });
    expect(await issuer.post('/revoke', { token }, { form: await form() })).toMatchObject({ status: 200 });
    expect((await issuer.post('/introspect', { token }, { form: await form() })).body).toEqual({ active: false });
  });
});
