import { afterAll, beforeAll, expect } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import { may, must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import { altered, partsOf, signedBy, clientKeys } from './jwt.js';
import { startRfcServer, type RfcClient, type RfcServer, type RfcUser } from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let user: RfcUser;
beforeAll(async () => {
  server = await startRfcServer();
  server.clock.set(Date.now());
  client = await server.client();
  user = await server.user();
});
afterAll(() => server.close());

const tokenOf = async (by = client, fields = {}): Promise<string> => (await server.grant(by, fields)).body.access_token;
const userTokenOf = async (by = client, fields = {}): Promise<string> =>
  (await server.login(by, user, fields)).body.access_token;

const algorithms: readonly (RfcRule & { readonly asked: string; readonly alg: string })[] = [
  { ...must('§2.1', 77), behaviour: 'RS256 can be had', asked: 'RS256', alg: 'RS256' },
  { ...ours('§2.1', 77), behaviour: 'ES256 can be had, and is the default', asked: '', alg: 'ES256' },
  { ...ours('§2.1', 77), behaviour: 'EdDSA can be had', asked: 'EDDSA', alg: 'EdDSA' },
];
rfcTable(9068, algorithms, async ({ asked, alg }) => {
  const by = await server.client(asked === '' ? {} : { accessTokenAlgorithm: asked });
  const token = await tokenOf(by);
  expect(partsOf(token).header['alg']).toBe(alg);
  await expect(validated(token)).resolves.toMatchObject({ client_id: by.clientId });
});

/** What a resource server says that knows nothing of us but the issuer: oauth4webapi's validator of this profile. */
const validated = async (token: string, audience = server.issuer): Promise<oauth.JWTAccessTokenClaims> => {
  const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } });
  const metadata = (await server.get('/.well-known/oauth-authorization-server')).body;
  return oauth.validateJwtAccessToken(metadata, request, audience, {
    [oauth.allowInsecureRequests]: true, // eslint-disable-line @typescript-eslint/no-deprecated -- a loopback server without TLS
  });
};

const mutations: readonly (RfcRule & {
  readonly mutate: (good: string) => string | Promise<string>;
  readonly audience?: string;
})[] = [
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our token for another audience',
    mutate: (good) => good,
    audience: 'https://other.example',
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our token with another subject',
    mutate: (good) => altered(good, { claims: { sub: 'other' } }),
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our token with alg none',
    mutate: (good) => altered(good, { header: { alg: 'none' } }).replace(/[^.]*$/, ''),
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our token signed by somebody else',
    mutate: (good) => signedBy(clientKeys.ES256.privateKey, partsOf(good).header, partsOf(good).claims),
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our token after its end',
    mutate: async () => {
      server.clock.set(Date.now() - 120_000);
      const token = await tokenOf(client, { validity_period: '60' });
      server.clock.set(Date.now());
      return token;
    },
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses the typ JWT, which keys have only by a setting',
    mutate: async () => tokenOf(await server.client({ accessTokenHeaderType: 'JWT' })),
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses our refresh token',
    mutate: async () => (await server.login(client, user)).body.refresh_token,
  },
  {
    ...must('§4', 81),
    behaviour: 'a resource server refuses a token of another issuer',
    mutate: (good) =>
      server.oauth.signingKeys.sign('ES256', 'at+jwt', { ...partsOf(good).claims, iss: 'https://other.example' }),
  },
];
rfcTable(9068, mutations, async ({ mutate, audience }) => {
  const good = await tokenOf();
  await expect(validated(good)).resolves.toMatchObject({ client_id: client.clientId });
  await expect(validated(await mutate(good), audience)).rejects.toThrow();
});

rfcRows(9068, [
  {
    ...must('§2.1', 77),
    behaviour: 'the header has typ at+jwt, an asymmetric alg and the kid of a published key',
    shows: async () => {
      const { keys } = (await server.get('/.well-known/jwks.json')).body;
      for (const token of [await tokenOf(), await userTokenOf()]) {
        const { header } = partsOf(token);
        expect(header).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) });
        expect(keys.map(({ kid }: { kid: string }) => kid)).toContain(header['kid']);
      }
    },
  },
  {
    ...must('§2.2', 78),
    behaviour: 'iss, exp, aud, sub, client_id, iat and jti are there, in their types',
    shows: async () => {
      const now = Math.floor(server.clock.now() / 1000);
      const subjects = [
        { token: await tokenOf(client, { validity_period: '600' }), sub: client.clientId },
        { token: await userTokenOf(client, { validity_period: '600' }), sub: user.id },
      ];
      for (const { token, sub } of subjects) {
        expect(partsOf(token).claims).toEqual({
          iss: server.issuer,
          sub,
          aud: server.issuer,
          client_id: client.clientId,
          iat: now,
          exp: now + 600,
          jti: expect.stringMatching(/^.{22,}$/),
          scope: 'default',
          environment: 'PRODUCTION',
        });
      }
    },
  },
  {
    ...must('§2.2', 78),
    behaviour: 'no two tokens have the same jti',
    shows: async () => {
      const tokens = await Promise.all(Array.from({ length: 100 }, () => tokenOf()));
      expect(new Set(tokens.map((token) => partsOf(token).claims['jti'])).size).toBe(100);
    },
  },
  {
    ...must('§3', 78),
    behaviour: 'without a resource the audience is the default one: that of the keys, else the issuer',
    shows: async () => {
      const own = await server.client({ audience: ['https://api.example'] });
      expect(partsOf(await tokenOf()).claims['aud']).toBe(server.issuer);
      expect(partsOf(await tokenOf(own)).claims['aud']).toBe('https://api.example');
    },
  },
  {
    ...must('§3', 78),
    behaviour: 'with a resource the audience is the resource',
    shows: async () => {
      const own = await server.client({ audience: ['https://a.example', 'https://b.example'] });
      expect(partsOf(await tokenOf(own, { resource: 'https://b.example' })).claims['aud']).toBe('https://b.example');
    },
  },
  {
    ...should('§5', 79),
    behaviour: 'a user who is called like a client has another subject',
    shows: async () => {
      const named = await server.client({ clientId: 'called-alike' });
      const alike = await server.user('called-alike');
      const ofClient = partsOf(await tokenOf(named)).claims['sub'];
      const ofUser = partsOf((await server.login(named, alike)).body.access_token).claims['sub'];
      expect([ofClient, ofUser]).toEqual(['called-alike', alike.id]);
      expect(ofUser).toMatch(/^usr_/);
      expect(partsOf(await tokenOf()).claims['sub']).not.toMatch(/^usr_/);
    },
  },
  {
    ...should('§2.2.3', 80),
    behaviour: 'scope is there and says what was granted, also when none was asked for',
    shows: async () => {
      const scopes = [undefined, 'test', 'test default'].map(async (scope) => {
        const answer = await server.grant(client, scope === undefined ? {} : { scope });
        expect(partsOf(answer.body.access_token).claims['scope']).toBe(answer.body.scope);
        return answer.body.scope;
      });
      expect(await Promise.all(scopes)).toEqual(['default', 'test', 'default test']);
    },
  },
  {
    ...must('§2.2.1', 80),
    behaviour: 'a refresh keeps subject, client and audience, and claims no authentication that was not',
    shows: async () => {
      const first = await server.login(client, user);
      server.clock.advance(60_000);
      const second = await server.refresh(client, first.body.refresh_token);
      const [before, after] = [first, second].map(({ body }) => partsOf(body.access_token).claims);
      for (const claim of ['iss', 'sub', 'client_id', 'aud', 'scope', 'environment'])
        expect(after![claim]).toEqual(before![claim]);
      for (const claim of ['auth_time', 'acr', 'amr']) expect(claim in after! || claim in before!).toBe(false);
      expect(after!['iat'] - before!['iat']).toBe(60);
      server.clock.set(Date.now());
    },
  },
  {
    ...may('§2.1', 77),
    behaviour: 'keys can have the typ JWT for resource servers that refuse at+jwt; here it is worth the same',
    shows: async () => {
      const plain = await server.client({ accessTokenHeaderType: 'JWT' });
      const token = await tokenOf(plain);
      expect(partsOf(token).header['typ']).toBe('JWT');
      expect((await server.introspect(plain, token)).body.active).toBe(true);
    },
  },
  {
    ...ours('§2.2', 78),
    behaviour: 'a sandbox token says so',
    shows: async () => {
      expect(partsOf(await tokenOf(await server.client({ environment: 'SANDBOX' }))).claims['environment']).toBe(
        'SANDBOX',
      );
    },
  },
]);
