import { afterAll, beforeAll, expect } from '@jest/globals';
import { may, must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import { startTestServer } from '../support/server.js';
import {
  expectPostOnly,
  expectQuietLog,
  expectRefusal,
  expectUnkept,
  startRfcServer,
  type RfcClient,
  type RfcServer,
  type RfcUser,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let opaque: RfcClient;
let user: RfcUser;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  opaque = await server.client({ accessTokenFormat: 'OPAQUE' });
  user = await server.user();
});
afterAll(() => server.close());

const tokensOf = async (by = client): Promise<{ access: string; refresh: string }> => {
  const { body } = await server.login(by, user);
  return { access: body.access_token, refresh: body.refresh_token };
};
const expectRevoked = (answer: Awaited<ReturnType<RfcServer['revoke']>>): void => {
  expect([answer.status, answer.text]).toEqual([200, '{}']);
  expectUnkept(answer);
};

/** What is no token of ours, or not one any more. */
const worthless: readonly (RfcRule & { readonly token: () => Promise<string> })[] = [
  { ...must('§2.2', 60), behaviour: 'an unknown token is answered 200', token: () => Promise.resolve('unknown') },
  {
    ...must('§2.2', 60),
    behaviour: 'an unknown opaque token is answered 200',
    token: () => Promise.resolve(`tga_${'A'.repeat(43)}`),
  },
  {
    ...must('§2.2', 60),
    behaviour: 'a refresh token of no family is answered 200',
    token: () => Promise.resolve('tgr_fam_x.0.a.b'),
  },
  {
    ...must('§2.2', 60),
    behaviour: 'a JWT of somebody else is answered 200',
    token: () => Promise.resolve('eyJhbGciOiJFUzI1NiJ9.e30.AAAA'),
  },
  {
    ...must('§2.2', 60),
    behaviour: 'garbage is answered 200',
    token: () => Promise.resolve('\u{1F600} \u202E{"$ne":1}\r\n'),
  },
  {
    ...must('§2.2', 60),
    behaviour: 'an expired token is answered 200',
    token: async () => {
      const { body } = await server.grant(client, { validity_period: '1' });
      server.clock.advance(1000);
      return body.access_token;
    },
  },
  {
    ...must('§2.2', 60),
    behaviour: 'a token that was revoked is answered 200 again',
    token: async () => {
      const { access } = await tokensOf();
      expectRevoked(await server.revoke(client, access));
      return access;
    },
  },
  {
    ...must('§2.2', 60),
    behaviour: 'a token of a revoked family is answered 200',
    token: async () => {
      const { access, refresh } = await tokensOf();
      expectRevoked(await server.revoke(client, refresh));
      return access;
    },
  },
];
rfcTable(7009, worthless, async ({ token }) => expectRevoked(await server.revoke(client, await token())));

const hints = ['access_token', 'refresh_token', 'id_token', 'nonsense', ''];
const hinted: readonly (RfcRule & { readonly hint: string })[] = hints.map((hint) => ({
  ...must(['access_token', 'refresh_token'].includes(hint) ? '§2.1' : '§2.2', 61),
  behaviour: `tokens of every kind are found with token_type_hint=${hint}`,
  hint,
}));
rfcTable(7009, hinted, async ({ hint }) => {
  for (const by of [client, opaque]) {
    const { access, refresh } = await tokensOf(by);
    expectRevoked(await server.revoke(by, access, { token_type_hint: hint }));
    expect(await server.isActive(access)).toBe(false);
    expectRevoked(await server.revoke(by, refresh, { token_type_hint: hint }));
    expectRefusal(await server.refresh(by, refresh), 400, 'invalid_grant');
  }
});

rfcRows(7009, [
  { ...must('§2', 1), behaviour: 'revocation takes POST alone', shows: () => expectPostOnly(server, '/revoke') },
  {
    ...ours('§2', 1),
    behaviour: 'revocation takes POST alone at its other path',
    shows: () => expectPostOnly(server, '/oauth2/revoke'),
  },
  {
    ...must('§2.1', 59),
    behaviour: 'a missing, empty or repeated token is invalid_request',
    shows: async () => {
      for (const body of ['', 'token=', 'token_type_hint=access_token', 'token=a&token=a']) {
        expectRefusal(await server.post('/revoke', body, client.ask), 400, 'invalid_request');
      }
    },
  },
  {
    ...must('§2.1', 59),
    behaviour: 'who does not authenticate is 401 with a challenge, and ends nothing',
    shows: async () => {
      const { access } = await tokensOf();
      const asks = [
        { basic: false },
        { basic: `${client.clientId}:wrong` },
        { basic: 'unknown:wrong' },
        { basic: false, headers: { authorization: `Bearer ${access}` } },
      ] as const;
      for (const ask of asks)
        expectRefusal(await server.post('/revoke', { token: access }, ask), 401, 'invalid_client');
      expectRefusal(
        await server.post('/revoke', { token: access, client_id: client.clientId }, { basic: false }),
        401,
        'invalid_client',
      );
      expect(await server.isActive(access)).toBe(true);
    },
  },
  {
    ...must('§2.1', 62),
    behaviour: 'a token of another client is refused, the client is told, and the token stays',
    shows: async () => {
      const other = await server.client();
      for (const by of [client, opaque]) {
        const { access, refresh } = await tokensOf(by);
        for (const token of [access, refresh])
          expectRefusal(await server.revoke(other, token), 400, 'unauthorized_client');
        expect(await server.isActive(access)).toBe(true);
        expect((await server.refresh(by, refresh)).status).toBe(200);
      }
    },
  },
  {
    ...should('§2.1', 63),
    behaviour: 'a revoked refresh token takes every access token of its family with it, and no other family',
    shows: async () => {
      for (const by of [client, opaque]) {
        const [ended, other] = [await tokensOf(by), await tokensOf(by)];
        const next = (await server.refresh(by, ended.refresh)).body;
        expectRevoked(await server.revoke(by, next.refresh_token));
        for (const token of [ended.access, next.access_token]) expect(await server.isActive(token)).toBe(false);
        expectRefusal(await server.refresh(by, next.refresh_token), 400, 'invalid_grant');
        expect(await server.isActive(other.access)).toBe(true);
      }
    },
  },
  {
    ...may('§2.1', 63),
    behaviour: 'a revoked access token leaves its refresh token and the other access tokens of the family',
    shows: async () => {
      for (const by of [client, opaque]) {
        const { access, refresh } = await tokensOf(by);
        const next = (await server.refresh(by, refresh)).body;
        expectRevoked(await server.revoke(by, access));
        expect(await server.isActive(access)).toBe(false);
        expect(await server.isActive(next.access_token)).toBe(true);
        expect((await server.refresh(by, next.refresh_token)).status).toBe(200);
      }
    },
  },
  {
    ...must('§2.1', 64),
    behaviour: 'revocation holds at once at another server of the same store',
    shows: async () => {
      const other = await startTestServer({ store: server.store, issuer: server.issuer });
      for (const by of [client, opaque]) {
        const { access, refresh } = await tokensOf(by);
        const seen = async (token: string) => (await other.post('/introspect', { token }, by.ask)).body.active;
        expect([await seen(access), await seen(refresh)]).toEqual([true, true]);
        await server.revoke(by, access);
        expect([await seen(access), await seen(refresh)]).toEqual([false, true]);
        await server.revoke(by, refresh);
        expect(await seen(refresh)).toBe(false);
      }
      await other.close();
    },
  },
  {
    ...must('§2.2.1', 65),
    behaviour: 'a JWT access token can be revoked, for as long as it would have lived',
    shows: async () => {
      const { body } = await server.grant(client, { validity_period: '600' });
      expectRevoked(await server.revoke(client, body.access_token));
      for (const seconds of [0, 300, 299]) {
        server.clock.advance(seconds * 1000);
        await server.store.sweep(server.clock.now());
        expect(await server.isActive(body.access_token)).toBe(false);
      }
    },
  },
  {
    ...must('§2.2', 66),
    behaviour: 'success is 200 with {} as JSON that nobody keeps',
    shows: async () => expectRevoked(await server.revoke(client, (await tokensOf()).access)),
  },
  {
    ...must('§2.2.1', 67),
    behaviour: 'a store that is away is 503 with Retry-After, never 200, and the token lives',
    shows: async () => {
      const [jwt, row] = [await tokensOf(), await tokensOf(opaque)];
      const faults = [
        { by: client, token: jwt.access, method: 'tokens.denyJwt' },
        { by: opaque, token: row.access, method: 'tokens.removeAccessToken' },
        { by: client, token: jwt.refresh, method: 'tokens.revokeFamily' },
        { by: client, token: jwt.refresh, method: 'tokens.findFamily' },
        { by: client, token: jwt.access, method: 'applications.findClient' },
      ];
      for (const { by, token, method } of faults) {
        server.failNext(method);
        const answer = await server.revoke(by, token);
        expectRefusal(answer, 503, 'temporarily_unavailable');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
        expect((await server.introspect(by, token)).body.active).toBe(true);
      }
    },
  },
  {
    ...may('§2.3', 68),
    behaviour: 'there is no JSONP: GET is 405, and callback is an unknown parameter',
    shows: async () => {
      expectRefusal(await server.send('GET', '/revoke?callback=f'), 405, 'invalid_request');
      expectRevoked(await server.revoke(client, (await tokensOf()).access, { callback: 'f' }));
    },
  },
  {
    ...must('§2.1', 59),
    behaviour: 'a public client revokes with its client_id, and only its own tokens',
    shows: async () => {
      const own = await server.client({ authenticationMethod: 'NONE', grantTypes: ['PASSWORD', 'REFRESH_TOKEN'] });
      const [{ refresh }, foreign] = [await tokensOf(own), await tokensOf()];
      expectRefusal(await server.revoke(own, foreign.refresh), 400, 'unauthorized_client');
      expectRevoked(await server.revoke(own, refresh));
      expectRefusal(await server.refresh(own, refresh), 400, 'invalid_grant');
    },
  },
  {
    ...must('§5', 100),
    behaviour: 'no token that was revoked is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
