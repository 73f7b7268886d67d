import { afterAll, beforeAll, expect } from '@jest/globals';
import { may, must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import type { TestAnswer } from '../support/server.js';
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
let stranger: RfcClient;
let seesAll: RfcClient;
let user: RfcUser;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  opaque = await server.client({ accessTokenFormat: 'OPAQUE' });
  stranger = await server.client();
  seesAll = await server.client({ grantTypes: ['CLIENT_CREDENTIALS'], scopes: ['introspect'] });
  user = await server.user();
});
afterAll(() => server.close());

const tokensOf = async (by = client): Promise<{ access: string; refresh: string }> => {
  const { body } = await server.login(by, user);
  return { access: body.access_token, refresh: body.refresh_token };
};
const expectInactive = (answer: TestAnswer): void => {
  expect([answer.status, answer.text]).toEqual([200, '{"active":false}']);
  expectUnkept(answer);
};
const isSeen = async (by: RfcClient, token: string): Promise<boolean> => {
  const answer = await server.introspect(by, token);
  if (answer.body?.active !== true) expectInactive(answer);
  return answer.body.active;
};

interface Inactive extends RfcRule {
  readonly token: () => Promise<string> | string;
}
const altered = (jwt: string, member: 'header' | 'payload', change: object): string => {
  const parts = jwt.split('.');
  const place = member === 'header' ? 0 : 1;
  const object = JSON.parse(Buffer.from(parts[place] ?? '', 'base64url').toString());
  parts[place] = Buffer.from(JSON.stringify({ ...object, ...change })).toString('base64url');
  return parts.join('.');
};
const inactive: readonly Inactive[] = [
  { ...must('§2.2', 70), behaviour: 'an unknown token is exactly {"active":false}', token: () => 'unknown' },
  {
    ...must('§2.2', 70),
    behaviour: 'an unknown opaque token is exactly {"active":false}',
    token: () => `tga_${'A'.repeat(43)}`,
  },
  { ...must('§2.2', 70), behaviour: 'a malformed refresh token is exactly {"active":false}', token: () => 'tgr_..' },
  { ...must('§2.2', 70), behaviour: 'garbage is exactly {"active":false}', token: () => '{"$ne":1}\r\n\u{1F600}' },
  {
    ...must('§2.2', 70),
    behaviour: 'an expired token is exactly {"active":false}',
    token: async () => {
      const { body } = await server.grant(client, { validity_period: '1' });
      server.clock.advance(1000);
      return body.access_token;
    },
  },
  {
    ...must('§2.2', 70),
    behaviour: 'a revoked access token is exactly {"active":false}',
    token: async () => {
      const { access } = await tokensOf();
      await server.revoke(client, access);
      return access;
    },
  },
  {
    ...must('§2.2', 70),
    behaviour: 'a token of a revoked family is exactly {"active":false}',
    token: async () => {
      const { access, refresh } = await tokensOf(opaque);
      await server.revoke(opaque, refresh);
      return access;
    },
  },
  {
    ...must('§2.2', 70),
    behaviour: 'an altered JWT is exactly {"active":false}',
    token: async () => altered((await tokensOf()).access, 'payload', { exp: 9_999_999_999 }),
  },
  {
    ...must('§2.2', 70),
    behaviour: 'a JWT with alg none is exactly {"active":false}',
    token: async () => altered((await tokensOf()).access, 'header', { alg: 'none' }).replace(/[^.]*$/, ''),
  },
  {
    ...must('§2.2', 73),
    behaviour: 'a spent refresh token is exactly {"active":false}',
    token: async () => {
      const { refresh } = await tokensOf();
      await server.refresh(client, refresh);
      return refresh;
    },
  },
];
rfcTable(7662, inactive, async ({ token }) => {
  const text = await token();
  for (const by of [client, opaque, seesAll]) expectInactive(await server.introspect(by, text));
});

const answerOf = async (by: RfcClient, token: string): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await server.introspect(by, token);
  expect(answer.status).toBe(200);
  expectUnkept(answer);
  return answer.body;
};
const bearer = async (scope: string): Promise<string> => (await server.grant(seesAll, { scope })).body.access_token;
const byBearer = (token: string, form: Readonly<Record<string, string>>): Promise<TestAnswer> =>
  server.post('/introspect', form, { basic: false, headers: { authorization: `Bearer ${token}` } });
const challengeOf = ({ headers }: TestAnswer): string => headers.get('www-authenticate') ?? '';

rfcRows(7662, [
  {
    ...must('§2.1', 1),
    behaviour: 'introspection takes POST alone',
    shows: () => expectPostOnly(server, '/introspect'),
  },
  {
    ...ours('§2.1', 1),
    behaviour: 'introspection takes POST alone at its other path',
    shows: () => expectPostOnly(server, '/oauth2/introspect'),
  },
  {
    ...must('§2.1', 69),
    behaviour: 'who does not authenticate is 401 with a challenge, before anything is said of the token',
    shows: async () => {
      const { access } = await tokensOf();
      for (const basic of [false, `${client.clientId}:wrong`, 'unknown:wrong', ':'] as const) {
        for (const form of [{ token: access }, { token: 'x' }, {}])
          expectRefusal(await server.post('/introspect', form, { basic }), 401, 'invalid_client');
      }
      expectRefusal(
        await server.post('/introspect', { token: access, client_id: client.clientId }, { basic: false }),
        401,
        'invalid_client',
      );
    },
  },
  {
    ...must('§2.1', 69),
    behaviour: 'a public client is refused, also for its own token',
    shows: async () => {
      const open = await server.client({ authenticationMethod: 'NONE', grantTypes: ['PASSWORD'] });
      const { access } = await tokensOf(open);
      expectRefusal(await server.introspect(open, access), 401, 'invalid_client');
      expect(await isSeen(seesAll, access)).toBe(true);
    },
  },
  {
    ...must('§2.1', 74),
    behaviour: 'a missing, empty or repeated token is invalid_request',
    shows: async () => {
      for (const body of ['', 'token=', 'token_type_hint=x', 'token=a&token=b']) {
        expectRefusal(await server.post('/introspect', body, client.ask), 400, 'invalid_request');
      }
    },
  },
  {
    ...must('§2.1', 74),
    behaviour: 'a token_type_hint, right, wrong or unknown, changes nothing',
    shows: async () => {
      for (const by of [client, opaque]) {
        const { access, refresh } = await tokensOf(by);
        for (const token of [access, refresh]) {
          const plain = (await server.introspect(by, token)).body;
          expect(plain.active).toBe(true);
          for (const hint of ['access_token', 'refresh_token', 'nonsense', '']) {
            expect((await server.introspect(by, token, { token_type_hint: hint })).body).toEqual(plain);
          }
        }
      }
    },
  },
  {
    ...must('§4', 71),
    behaviour: 'a token is seen by its own client, by one with the scope introspect, and by no other',
    shows: async () => {
      for (const by of [client, opaque]) {
        const { access } = await tokensOf(by);
        const viewers = [by, seesAll, stranger, by === client ? opaque : client];
        expect(await Promise.all(viewers.map((viewer) => isSeen(viewer, access)))).toEqual([true, true, false, false]);
      }
    },
  },
  {
    ...must('§4', 71),
    behaviour: 'a client named in the audience of a token sees it, whatever it puts into client_id',
    shows: async () => {
      const api = await server.client({ clientId: 'orders-api' });
      const caller = await server.client({ audience: ['orders-api', 'https://orders.example'] });
      const { access } = await tokensOf(caller);
      expect([await isSeen(api, access), await isSeen(stranger, access)]).toEqual([true, false]);
      expectRefusal(await server.introspect(stranger, access, { client_id: 'orders-api' }), 400, 'invalid_request');
      const { body } = await server.grant(caller, { resource: 'https://orders.example' });
      expect(await isSeen(api, body.access_token)).toBe(false);
    },
  },
  {
    ...must('§2.2', 72),
    behaviour: 'an active answer has the members of §2.2 in their JSON types, and nothing about the family',
    shows: async () => {
      for (const by of [client, opaque]) {
        const { access } = await tokensOf(by);
        const now = Math.floor(server.clock.now() / 1000);
        expect(await answerOf(by, access)).toEqual({
          active: true,
          scope: 'default',
          client_id: by.clientId,
          username: user.username,
          token_type: 'Bearer',
          exp: now + 3600,
          iat: now,
          sub: user.id,
          aud: server.issuer,
          iss: server.issuer,
          jti: expect.not.stringMatching(/fam_|ks_|password/),
          environment: 'PRODUCTION',
        });
      }
    },
  },
  {
    ...must('§2.2', 72),
    behaviour: 'a token of a client has the client as its subject and no username, several audiences as a list',
    shows: async () => {
      const by = await server.client({ audience: ['a.example', 'b.example'] });
      const answer = await answerOf(by, (await server.grant(by)).body.access_token);
      expect(answer).toMatchObject({ active: true, sub: by.clientId, aud: ['a.example', 'b.example'] });
      expect(Object.keys(answer)).not.toContain('username');
    },
  },
  {
    ...ours('§2.2', 73),
    behaviour: 'a refresh token is seen by its own client alone, without token_type',
    shows: async () => {
      const { refresh } = await tokensOf();
      const answer = await answerOf(client, refresh);
      expect(answer).toMatchObject({ active: true, client_id: client.clientId, sub: user.id, scope: 'default' });
      expect(Object.keys(answer).sort()).toEqual([
        'active',
        'client_id',
        'environment',
        'exp',
        'iat',
        'iss',
        'scope',
        'sub',
        'username',
      ]);
      for (const viewer of [stranger, seesAll]) expectInactive(await server.introspect(viewer, refresh));
    },
  },
  {
    ...must('§2.2', 73),
    behaviour: 'a JWT that our key signed for something else is inactive',
    shows: async () => {
      const { access } = await tokensOf();
      const claims = JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString());
      const again = server.oauth.signingKeys.sign('ES256', 'at+jwt', claims);
      expect(await isSeen(client, again)).toBe(true);
      for (const typ of ['id_token+jwt', 'logout+jwt', 'secevent+jwt', '']) {
        expectInactive(await server.introspect(client, server.oauth.signingKeys.sign('ES256', typ, claims)));
      }
      for (const change of [
        { iss: 'https://other.example' },
        { client_id: undefined },
        { jti: 'x' },
        { jti: undefined },
        { exp: undefined },
        { scope: undefined },
      ]) {
        expectInactive(
          await server.introspect(client, server.oauth.signingKeys.sign('ES256', 'at+jwt', { ...claims, ...change })),
        );
      }
    },
  },
  {
    ...should('§2.3', 75),
    behaviour: 'a bearer token with the scope introspect opens introspection',
    shows: async () => {
      const { access } = await tokensOf();
      const answer = await byBearer(await bearer('introspect'), { token: access });
      expect(answer).toMatchObject({ status: 200, body: { active: true, client_id: client.clientId } });
      expectInactive(await byBearer(await bearer('introspect'), { token: 'unknown' }));
    },
  },
  {
    ...should('§2.3', 75),
    behaviour: 'a bearer token without the scope is 403 insufficient_scope and names it',
    shows: async () => {
      const token = await server.adminToken(['applications:read']);
      const answer = await byBearer(token, { token });
      expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
      expect(challengeOf(answer)).toMatch(
        /^Bearer realm="tallygate", error="insufficient_scope", .*scope="introspect"$/,
      );
      expectUnkept(answer);
    },
  },
  {
    ...should('§2.3', 75),
    behaviour: 'a bad bearer token is 401 invalid_token with a Bearer challenge, one for another audience too',
    shows: async () => {
      const { access } = await tokensOf();
      const revoked = await bearer('introspect');
      await server.revoke(seesAll, revoked);
      for (const token of [
        'x',
        access,
        revoked,
        altered(await bearer('introspect'), 'payload', { exp: 9_999_999_999 }),
      ]) {
        const answer = await byBearer(token, { token: access });
        expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
        expect(challengeOf(answer)).toMatch(/^Bearer realm="tallygate", error="invalid_token"/);
        expectUnkept(answer);
      }
    },
  },
  {
    ...must('§2.2', 76),
    behaviour: 'a token is inactive at exp, though nothing has been swept',
    shows: async () => {
      for (const by of [client, opaque]) {
        const { body } = await server.login(by, user, { validity_period: '60' });
        server.clock.advance(59_999);
        expect(await isSeen(by, body.access_token)).toBe(true);
        server.clock.advance(1);
        expectInactive(await server.introspect(by, body.access_token));
      }
    },
  },
  {
    ...may('§2.2', 71),
    behaviour: 'a client sees of its own token the scopes that it still holds',
    shows: async () => {
      const by = await server.client();
      const { body } = await server.grant(by, { scope: 'default test' });
      await server.update(by, { scopes: ['default'] });
      expect((await answerOf(by, body.access_token)).scope).toBe('default');
    },
  },
  {
    ...must('§4', 100),
    behaviour: 'no token that was looked at is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
