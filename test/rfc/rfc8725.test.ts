import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, type RfcRule } from '../support/rfc-table.js';
import { algs, altered, clientJwks, clientKeys, macedBy, partsOf, signedBy } from './jwt.js';
import { expectRefusal, expectToken, startRfcServer, type RfcClient, type RfcServer } from './rfc-server.js';

/** JWTs are read at the management API (bearer), at introspection and revocation, and as client assertions. */
let server: RfcServer;
let client: RfcClient;
let keyClient: RfcClient;
let access: string;
let admin: string;
let jwk: JsonWebKey;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  keyClient = await server.client({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: clientJwks(...algs) });
  access = (await server.grant(client)).body.access_token;
  admin = await server.adminToken();
  jwk = (await server.get('/.well-known/jwks.json')).body.keys[0];
});
afterAll(() => server.close());

/** No reader takes it for anything: neither active nor authenticated, and revocation changes nothing. */
const expectWorthless = async (forge: (good: string) => string): Promise<void> => {
  expect((await server.introspect(client, forge(access))).text).toBe('{"active":false}');
  const asked = await server.graphql('{ viewer { subject } }', {}, forge(admin));
  expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ]);
  expect((await server.revoke(client, forge(access))).text).toBe('{}');
  expect((await server.introspect(client, access)).body.active).toBe(true);
};

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const serverKey = (): ReturnType<typeof createPublicKey> => createPublicKey({ key: jwk, format: 'jwk' });
const under =
  (header: object) =>
  (good: string): string =>
    altered(good, { header });
const resigned =
  (header: object) =>
  (good: string): string => {
    const parts = partsOf(good);
    return signedBy(stranger.privateKey, { ...parts.header, ...header }, parts.claims);
  };
const forgeries: readonly (RfcRule & { readonly forge: (good: string) => string })[] = [
  {
    ...must('§3.1', 82),
    behaviour: 'alg none without a signature is refused',
    forge: (good) => under({ alg: 'none' })(good).replace(/[^.]*$/, ''),
  },
  { ...must('§3.1', 82), behaviour: 'alg none with the old signature is refused', forge: under({ alg: 'none' }) },
  { ...must('§3.1', 82), behaviour: 'alg NONE in other case is refused', forge: under({ alg: 'nOnE' }) },
  {
    ...must('§3.1', 82),
    behaviour: 'HS256 with the public key as PEM is refused',
    forge: (good) =>
      macedBy(
        serverKey().export({ format: 'pem', type: 'spki' }),
        { ...partsOf(good).header, alg: 'HS256' },
        partsOf(good).claims,
      ),
  },
  {
    ...must('§3.1', 82),
    behaviour: 'HS256 with the public key as DER is refused',
    forge: (good) =>
      macedBy(
        serverKey().export({ format: 'der', type: 'spki' }),
        { ...partsOf(good).header, alg: 'HS256' },
        partsOf(good).claims,
      ),
  },
  {
    ...must('§3.1', 82),
    behaviour: 'HS256 with the public key as JWK is refused',
    forge: (good) => macedBy(JSON.stringify(jwk), { ...partsOf(good).header, alg: 'HS256' }, partsOf(good).claims),
  },
  { ...must('§3.1', 82), behaviour: 'RS256 under the kid of an ES256 key is refused', forge: under({ alg: 'RS256' }) },
  { ...must('§3.1', 82), behaviour: 'EdDSA under the kid of an ES256 key is refused', forge: under({ alg: 'EdDSA' }) },
  { ...must('§3.1', 82), behaviour: 'no alg is refused', forge: under({ alg: undefined }) },
  { ...must('§3.3', 82), behaviour: 'a signature by another key is refused', forge: resigned({}) },
  { ...must('§3.3', 82), behaviour: 'a signature with one bit more is refused', forge: (good) => `${good}A` },
  {
    ...must('§3.3', 82),
    behaviour: 'a signature of zeros is refused',
    forge: (good) => good.replace(/[^.]*$/, Buffer.alloc(64).toString('base64url')),
  },
  {
    ...must('§3.3', 82),
    behaviour: 'claims that were changed are refused',
    forge: (good) => altered(good, { claims: { scope: 'applications:write', exp: 9_999_999_999 } }),
  },
  {
    ...must('§3.3', 82),
    behaviour: 'a header that was changed is refused, though only by a member that nobody reads',
    forge: under({ x: 1 }),
  },
  { ...must('§3.3', 82), behaviour: 'a nested JWT, as a JWE would be, is refused', forge: (good) => `${good}.AA.AA` },
  {
    ...must('§3.11', 82),
    behaviour: 'another typ is refused',
    forge: (good) => server.oauth.signingKeys.sign('ES256', 'client-authentication+jwt', partsOf(good).claims),
  },
  { ...must('§3.10', 83), behaviour: 'a kid that is a path is refused', forge: under({ kid: '../../dev/null' }) },
  { ...must('§3.10', 83), behaviour: 'a kid that is SQL is refused', forge: under({ kid: "' OR 1=1 --" }) },
  { ...must('§3.10', 83), behaviour: 'a kid that is an object is refused', forge: under({ kid: { $ne: 1 } }) },
  { ...must('§3.10', 83), behaviour: 'a kid that every object has is refused', forge: under({ kid: '__proto__' }) },
  {
    ...must('§3.10', 83),
    behaviour: 'a kid with U+0000 in it is refused',
    forge: (good) => under({ kid: `${String(partsOf(good).header['kid'])}\0` })(good),
  },
  { ...must('§3.10', 83), behaviour: 'no kid is refused', forge: under({ kid: undefined }) },
  {
    ...must('§3.10', 83),
    behaviour: 'a jwk in the header names no key',
    forge: (good) => resigned({ jwk: stranger.publicKey.export({ format: 'jwk' }) })(good),
  },
  {
    ...must('§3.10', 83),
    behaviour: 'an x5c in the header names no key',
    forge: resigned({ x5c: [stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] }),
  },
];
rfcTable(8725, forgeries, ({ forge }) => expectWorthless(forge));

const assertion = (header: object = {}, more: object = {}): string => {
  const now = Math.floor(server.clock.now() / 1000);
  const { clientId } = keyClient;
  const claims = { iss: clientId, sub: clientId, aud: server.issuer, exp: now + 60, jti: `j-${Math.random()}` };
  return signedBy(clientKeys.ES256.privateKey, { alg: 'ES256', kid: 'ES256', ...header }, { ...claims, ...more });
};
const present = (client_assertion: string) =>
  server.token(
    {
      grant_type: 'client_credentials',
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
    { basic: false },
  );

rfcRows(8725, [
  {
    ...must('§3.3', 82),
    behaviour: 'the untouched tokens are good: what was refused was refused for the change',
    shows: async () => {
      expect((await server.introspect(client, access)).body.active).toBe(true);
      expect((await server.graphql('{ viewer { subject } }', {}, admin)).status).toBe(200);
      expectToken(await present(assertion()));
    },
  },
  {
    ...must('§3.10', 83),
    behaviour: 'a kid of 10 KB is a kid that nobody has; in a header of the request it is 431',
    shows: async () => {
      const long = under({ kid: 'x'.repeat(10_240) });
      expect((await server.introspect(client, long(access))).text).toBe('{"active":false}');
      expect((await server.graphql('{ viewer { subject } }', {}, long(admin))).status).toBe(431);
      expectRefusal(await present(assertion({ kid: 'x'.repeat(10_240) })), 401, 'invalid_client');
    },
  },
  {
    ...must('§3.10', 83),
    behaviour: 'jku and x5u are never followed: no connection is opened',
    shows: async () => {
      let connections = 0;
      const trap = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      const { port } = trap.address() as { port: number };
      for (const member of ['jku', 'x5u']) {
        const header = { [member]: `http://127.0.0.1:${port}/jwks.json` };
        await expectWorthless(resigned(header));
        await expectWorthless(resigned({ ...header, kid: 'unknown' }));
        expectRefusal(await present(assertion({ ...header, kid: 'unknown' })), 401, 'invalid_client');
        expectToken(await present(assertion(header)));
      }
      await new Promise<void>((resolve) => trap.close(() => resolve()));
      expect(connections).toBe(0);
    },
  },
  {
    ...must('§3.1', 82),
    behaviour: 'client assertions are held to the same: alg, crit, b64, repeated members, UTF-8, one object',
    shows: async () => {
      for (const header of [
        { alg: 'none' },
        { alg: 'HS256' },
        { alg: 'RS256' },
        { alg: 'PS256' },
        { crit: ['exp'] },
        { b64: true },
      ]) {
        expectRefusal(await present(assertion(header)), 401, 'invalid_client');
      }
      const now = Math.floor(server.clock.now() / 1000);
      const { clientId } = keyClient;
      const once = `{"iss":"${clientId}","sub":"${clientId}","aud":"${server.issuer}","exp":${now + 60},"jti":"once"}`;
      const signed = (payload: string | Buffer): string =>
        signedBy(clientKeys.ES256.privateKey, { alg: 'ES256', kid: 'ES256' }, payload);
      for (const payload of [once.replace('{', '{"aud":"x",'), Buffer.from(once, 'utf16le'), `[${once}]`]) {
        expectRefusal(await present(signed(payload)), 401, 'invalid_client');
      }
      expectToken(await present(signed(once)));
    },
  },
  {
    ...must('§3.12', 82),
    behaviour: 'an access token is no client assertion, and a client assertion no access token',
    shows: async () => {
      expectRefusal(await present(access), 401, 'invalid_client');
      expectRefusal(await present(assertion({ typ: 'at+jwt' })), 401, 'invalid_client');
      expect((await server.introspect(client, assertion())).text).toBe('{"active":false}');
      expect((await server.graphql('{ viewer { subject } }', {}, assertion())).status).toBe(401);
    },
  },
  {
    ...must('§3.1', 82),
    behaviour:
      'keys have one algorithm: a JWK set that lends a key to another is refused, as are weak and symmetric keys',
    shows: async () => {
      const ec = clientKeys.ES256.publicKey.export({ format: 'jwk' });
      const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
      const bad = [
        { ...ec, alg: 'RS256' },
        { ...ec, alg: 'none' },
        { ...ec, use: 'enc' },
        weak,
        { kty: 'oct', k: 'AAAA' },
        clientKeys.ES256.privateKey.export({ format: 'jwk' }),
      ];
      for (const key of bad) {
        const settings = { authenticationMethod: 'PRIVATE_KEY_JWT', jwks: JSON.stringify({ keys: [key] }) };
        await expect(server.client(settings)).rejects.toThrow('"field":"jwks"');
      }
    },
  },
  {
    ...ours('§3.8', 82),
    behaviour: 'a token of another issuer with the same keys is worth nothing here',
    shows: async () => {
      const foreign = (token: string): string =>
        server.oauth.signingKeys.sign('ES256', 'at+jwt', { ...partsOf(token).claims, iss: 'https://other.example' });
      await expectWorthless(foreign);
    },
  },
]);
