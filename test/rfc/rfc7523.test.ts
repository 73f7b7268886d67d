import { afterAll, beforeAll, expect } from '@jest/globals';
import { may, must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import type { TestAnswer } from '../support/server.js';
import { algs, clientJwks, clientKeys, macedBy, signedBy } from './jwt.js';
import {
  expectQuietLog,
  expectRefusal,
  expectToken,
  startRfcServer,
  type RfcClient,
  type RfcServer,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let other: RfcClient;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: clientJwks(...algs) });
  other = await server.client({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: clientJwks('EdDSA') });
});
afterAll(() => server.close());

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const now = (): number => Math.floor(server.clock.now() / 1000);
let serial = 0;
const claims = (): Record<string, unknown> => {
  serial += 1;
  return {
    iss: client.clientId,
    sub: client.clientId,
    aud: server.issuer,
    iat: now(),
    exp: now() + 60,
    jti: `assertion-${serial}`,
  };
};
const header = { alg: 'ES256', kid: 'ES256' };
const key = clientKeys.ES256.privateKey;
const present = (
  assertion: string,
  form: Readonly<Record<string, string>> = {},
  path = '/token',
): Promise<TestAnswer> => {
  const whole = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion, ...form };
  return server.post(path, whole, { basic: false });
};

interface Claimed extends RfcRule {
  readonly change?: () => object;
  readonly header?: object;
  readonly form?: () => Readonly<Record<string, string>>;
  readonly good?: true;
}
const claimed: readonly Claimed[] = [
  { ...must('§3', 35), behaviour: 'an assertion by the letter authenticates', good: true },
  {
    ...may('§2.2', 35),
    behaviour: 'the client_id beside it is its own',
    form: () => ({ client_id: client.clientId }),
    good: true,
  },
  {
    ...must('§2.2', 35),
    behaviour: 'another client_id beside it is refused',
    form: () => ({ client_id: other.clientId }),
  },
  {
    ...must('§2.2', 35),
    behaviour: 'another client_assertion_type is refused',
    form: () => ({ client_assertion_type: `${type}x` }),
  },
  {
    ...must('§2.2', 35),
    behaviour: 'a client_assertion_type of SAML is refused',
    form: () => ({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }),
  },
  {
    ...must('§2.2', 35),
    behaviour: 'a missing client_assertion_type is refused',
    form: () => ({ client_assertion_type: '' }),
  },
  { ...must('§3', 35), behaviour: 'iss that is not the client is refused', change: () => ({ iss: server.issuer }) },
  { ...must('§3', 35), behaviour: 'sub that is not the client is refused', change: () => ({ sub: other.clientId }) },
  {
    ...must('§3', 35),
    behaviour: 'iss and sub of another client are refused: its keys did not sign',
    change: () => ({ iss: other.clientId, sub: other.clientId }),
  },
  { ...must('§3', 35), behaviour: 'a missing sub is refused', change: () => ({ sub: undefined }) },
  {
    ...must('§3', 35),
    behaviour: 'aud of another server is refused',
    change: () => ({ aud: 'https://other.example' }),
  },
  {
    ...ours('§3', 35),
    behaviour: 'the URL of the token endpoint as aud is refused',
    change: () => ({ aud: `${server.issuer}/token` }),
  },
  {
    ...ours('§3', 35),
    behaviour: 'a list as aud is refused, also with our issuer alone',
    change: () => ({ aud: [server.issuer] }),
  },
  {
    ...ours('§3', 35),
    behaviour: 'an audience beside ours is refused',
    change: () => ({ aud: [server.issuer, 'https://other.example'] }),
  },
  { ...must('§3', 35), behaviour: 'a missing aud is refused', change: () => ({ aud: undefined }) },
  { ...must('§3', 35), behaviour: 'a missing exp is refused', change: () => ({ exp: undefined }) },
  { ...must('§3', 35), behaviour: 'exp that is no number is refused', change: () => ({ exp: String(now() + 60) }) },
  { ...must('§3', 35), behaviour: 'an expired assertion is refused', change: () => ({ exp: now() - 30 }) },
  {
    ...may('§3', 35),
    behaviour: 'clocks may differ by up to 30 seconds',
    change: () => ({ exp: now() - 29, nbf: now() + 30, iat: now() + 30 }),
    good: true,
  },
  {
    ...may('§3', 35),
    behaviour: 'five minutes ahead is as far as exp may be',
    change: () => ({ exp: now() + 300 }),
    good: true,
  },
  { ...may('§3', 35), behaviour: 'exp unreasonably far ahead is refused', change: () => ({ exp: now() + 331 }) },
  { ...must('§3', 35), behaviour: 'nbf ahead is refused', change: () => ({ nbf: now() + 31 }) },
  { ...may('§3', 35), behaviour: 'iat ahead is refused', change: () => ({ iat: now() + 31 }) },
  { ...ours('§3', 35), behaviour: 'a missing jti is refused', change: () => ({ jti: undefined }) },
  { ...ours('§3', 35), behaviour: 'a jti that is no text is refused', change: () => ({ jti: { $ne: '' } }) },
  { ...must('§3', 35), behaviour: 'alg none is refused', header: { alg: 'none' } },
  { ...must('§3', 35), behaviour: 'an alg that is not that of the key is refused', header: { alg: 'RS256' } },
  { ...must('§3', 35), behaviour: 'the kid of another key is refused', header: { kid: 'RS256' } },
  { ...ours('§3', 35), behaviour: 'the typ of an access token is refused', header: { typ: 'at+jwt' } },
];
rfcTable(7523, claimed, async ({ change = () => ({}), header: more = {}, form = () => ({}), good }) => {
  const answer = await present(signedBy(key, { ...header, ...more }, { ...claims(), ...change() }), form());
  if (good === true) expectToken(answer);
  else expectRefusal(answer, 401, 'invalid_client');
});

rfcRows(7523, [
  {
    ...must('§3', 35),
    behaviour: 'the signature is verified: by any key of the client, by no other',
    shows: async () => {
      for (const alg of algs) {
        expectToken(await present(signedBy(clientKeys[alg].privateKey, { alg, kid: alg }, claims())));
        expectRefusal(
          await present(signedBy(clientKeys[alg].privateKey, header, claims()).replace(/.$/, '')),
          401,
          'invalid_client',
        );
      }
      const unsigned = signedBy(key, header, claims()).replace(/[^.]*$/, '');
      expectRefusal(await present(unsigned), 401, 'invalid_client');
      expectRefusal(await present(signedBy(clientKeys.EdDSA.privateKey, header, claims())), 401, 'invalid_client');
    },
  },
  {
    ...ours('§2.2', 35),
    behaviour: 'client_secret_jwt is not there: an assertion with an HMAC is refused, by whatever secret',
    shows: async () => {
      const confidential = await server.client();
      const jwk = clientKeys.ES256.publicKey;
      const mac = (secret: string | Buffer, id: string): string =>
        macedBy(secret, { alg: 'HS256', kid: 'ES256' }, { ...claims(), iss: id, sub: id });
      const forged = [
        mac(confidential.clientSecret, confidential.clientId),
        mac(jwk.export({ format: 'pem', type: 'spki' }), client.clientId),
        mac(JSON.stringify(jwk.export({ format: 'jwk' })), client.clientId),
        mac('', client.clientId),
      ];
      for (const assertion of forged) expectRefusal(await present(assertion), 401, 'invalid_client');
    },
  },
  {
    ...may('§3', 35),
    behaviour: 'a jti is used once, by one of 64 at once, until its exp and the skew are over',
    shows: async () => {
      const assertion = signedBy(key, header, { ...claims(), exp: now() + 60 });
      const answers = await Promise.all(Array.from({ length: 64 }, () => present(assertion)));
      expect(answers.filter(({ status }) => status === 200).length).toBe(1);
      for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 401, 'invalid_client');
      server.clock.advance(89_000);
      await server.store.sweep(server.clock.now());
      expectRefusal(await present(assertion), 401, 'invalid_client');
    },
  },
  {
    ...ours('§3', 35),
    behaviour: 'a refused assertion spends nothing, and two clients may use the same jti',
    shows: async () => {
      const same = claims();
      expectRefusal(await present(signedBy(key, header, { ...same, aud: 'x' })), 401, 'invalid_client');
      expectToken(await present(signedBy(key, header, same)));
      const its = { ...same, iss: other.clientId, sub: other.clientId };
      expectToken(await present(signedBy(clientKeys.EdDSA.privateKey, { alg: 'EdDSA' }, its)));
    },
  },
  {
    ...must('§2.2', 35),
    behaviour: 'one JWT only: several, or parts of one, are refused',
    shows: async () => {
      const [one, two] = [signedBy(key, header, claims()), signedBy(key, header, claims())];
      for (const assertion of [
        `${one} ${two}`,
        `${one},${two}`,
        one.split('.').slice(0, 2).join('.'),
        `${one}.`,
        'x',
        '..',
      ]) {
        expectRefusal(await present(assertion), 401, 'invalid_client');
      }
      const twice = new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: type,
        client_assertion: one,
      });
      twice.append('client_assertion', two);
      expectRefusal(await server.post('/token', twice.toString(), { basic: false }), 400, 'invalid_request');
      expectToken(await present(one));
    },
  },
  {
    ...should('§2.2', 36),
    behaviour: 'a client with a secret cannot use an assertion, and a disabled one neither',
    shows: async () => {
      const confidential = await server.client();
      const its = { iss: confidential.clientId, sub: confidential.clientId };
      expectRefusal(await present(signedBy(key, header, { ...claims(), ...its })), 401, 'invalid_client');
      const disabled = await server.client({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks: clientJwks('ES256') });
      const own = () => signedBy(key, header, { ...claims(), iss: disabled.clientId, sub: disabled.clientId });
      expectToken(await present(own()));
      await server.update(disabled, { enabled: false });
      expectRefusal(await present(own()), 401, 'invalid_client');
    },
  },
  {
    ...must('§2.2', 35),
    behaviour: 'a client_assertion_type without an assertion is refused, of a public client too',
    shows: async () => {
      const open = await server.client({ authenticationMethod: 'NONE', grantTypes: ['PASSWORD'] });
      const { username, password } = await server.user();
      for (const { clientId } of [client, open]) {
        const form = { grant_type: 'password', client_id: clientId, username, password };
        expectRefusal(await present('', form), 401, 'invalid_client');
      }
    },
  },
  {
    ...must('§2.2', 35),
    behaviour: 'an assertion opens revocation and introspection as well',
    shows: async () => {
      const { body } = await present(signedBy(key, header, claims()));
      const form = { token: body.access_token };
      expect(await present(signedBy(key, header, claims()), form, '/introspect')).toMatchObject({
        status: 200,
        body: { active: true },
      });
      expect(await present(signedBy(key, header, claims()), form, '/revoke')).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect(await present(signedBy(key, header, claims()), form, '/introspect')).toMatchObject({
        status: 200,
        body: { active: false },
      });
    },
  },
  {
    ...should('§7', 100),
    behaviour: 'no assertion is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
