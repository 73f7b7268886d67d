import { afterAll, beforeAll, expect } from '@jest/globals';
import { may, must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import type { TestAnswer } from '../support/server.js';
import {
  expectQuietLog,
  expectRefusal,
  expectToken,
  startRfcServer,
  type RfcClient,
  type RfcServer,
  type RfcUser,
} from './rfc-server.js';

const allowed = 'https://app.example';

let server: RfcServer;
let client: RfcClient;
let strict: RfcClient;
let publicClient: RfcClient;
let user: RfcUser;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  strict = await server.client({ refreshTokenReuseWindowSeconds: 0 });
  publicClient = await server.client({
    authenticationMethod: 'NONE',
    grantTypes: ['PASSWORD', 'REFRESH_TOKEN'],
    redirectUris: [`${allowed}/callback`],
  });
  user = await server.user();
});
afterAll(() => server.close());

interface Preflight extends RfcRule {
  readonly path: string;
  readonly origin: string;
  /** `access-control-allow-origin` of the answer. */
  readonly allows?: string;
}

const preflights: readonly Preflight[] = [
  ...['/token', '/revoke'].map((path) => ({
    ...may('§2.6', 3),
    behaviour: `${path} may be read by the origin of a public client`,
    path,
    origin: allowed,
    allows: allowed,
  })),
  ...['/token', '/revoke'].map((path) => ({
    ...ours('§2.6', 3),
    behaviour: `${path} may be read by no other origin`,
    path,
    origin: 'https://evil.example',
  })),
  {
    ...ours('§2.6', 3),
    behaviour: 'an origin is compared as a whole',
    path: '/token',
    origin: `${allowed}.evil.example`,
  },
  { ...ours('§2.6', 3), behaviour: 'the origin null is no origin', path: '/token', origin: 'null' },
  { ...ours('§2.6', 3), behaviour: 'introspection is for no browser', path: '/introspect', origin: allowed },
  {
    ...ours('§2.6', 3),
    behaviour: 'the management API is for no browser of another origin',
    path: '/graphql',
    origin: allowed,
  },
  ...['oauth-authorization-server', 'openid-configuration', 'jwks.json'].map((document) => ({
    ...may('§2.6', 3),
    behaviour: `${document} may be read by every origin`,
    path: `/.well-known/${document}`,
    origin: 'https://any.example',
    allows: '*',
  })),
];
rfcTable(9700, preflights, async ({ path, origin, allows }) => {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  const preflight = await server.send('OPTIONS', path, headers);
  expect([preflight.status, preflight.text]).toEqual([204, '']);
  const read = await fetch(server.url + path, {
    method: path.startsWith('/.well') ? 'GET' : 'POST',
    headers: { origin },
  });
  for (const answer of [preflight, read]) {
    expect(answer.headers.get('access-control-allow-origin') ?? undefined).toBe(allows);
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    if (['/token', '/revoke'].includes(path)) expect(answer.headers.get('vary')).toBe('Origin');
  }
  expect(preflight.headers.has('access-control-allow-methods')).toBe(allows !== undefined);
});

interface Ended extends RfcRule {
  readonly by: (owner: RfcClient, subject: RfcUser, familyId: string) => Promise<unknown>;
}

const application = ({ applicationId: id }: RfcClient, enabled: boolean): Promise<unknown> =>
  server.manage('updateApplication', { id, enabled }, 'application { id }');
const ends: readonly Ended[] = [
  {
    ...may('§4.14.2', 57),
    behaviour: 'a changed password ends the families of the user',
    by: (_, { id }) => server.manage('setUserPassword', { id, password: 'another horse battery' }, 'user { id }'),
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'a disabled user has no family left, and none comes back with him',
    by: async (_, { id }) => {
      for (const enabled of [false, true]) await server.manage('updateUser', { id, enabled }, 'user { id }');
    },
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'a deleted user has no family left',
    by: (_, { id }) => server.manage('deleteUser', { id }, 'deletedId'),
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'a disabled application has no family left, and none comes back with it',
    by: async (owner) => {
      for (const enabled of [false, true]) await application(owner, enabled);
    },
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'disabled keys have no family left, and none comes back with them',
    by: async (owner) => {
      for (const enabled of [false, true]) await server.update(owner, { enabled });
    },
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'a compromised secret takes every family of its client with it',
    by: async (owner) => {
      const { clientId } = owner;
      const { keys } = await server.manage(
        'rotateClientSecret',
        { clientId, retireOldAfterSeconds: 60 },
        'keys { secrets { id } }',
      );
      await server.manage(
        'revokeClientSecret',
        { clientId, secretId: keys.secrets[1].id, revokeGrants: true },
        'keys { id }',
      );
    },
  },
  {
    ...may('§4.14.2', 57),
    behaviour: 'an administrator ends one family',
    by: (_, __, id) => server.manage('revokeGrant', { id }, 'grant { id }'),
  },
];
rfcTable(9700, ends, async ({ by }) => {
  const owner = await server.client();
  const subject = await server.user();
  const first = await server.login(owner, subject);
  const { access_token: access, refresh_token: token } = (await server.refresh(owner, first.body.refresh_token)).body;
  expect(await server.isActive(access)).toBe(true);
  const query = 'query($id: ID!) { user(id: $id) { grants { nodes { id } } } }';
  const { body } = await server.graphql(query, { id: subject.id });
  await by(owner, subject, body.data.user.grants.nodes[0].id);
  expect(await server.isActive(access)).toBe(false);
  expect((await server.introspect(owner, token)).body).toEqual({ active: false });
  expectRefusal(await server.refresh(owner, token), 400, 'invalid_grant');
});

const tokensOf = async (by: RfcClient): Promise<{ access: string; refresh: string }> => {
  const { body } = await server.login(by, user);
  return { access: body.access_token, refresh: body.refresh_token };
};
const times = <T>(count: number, run: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, run));
const refreshTokens = (answers: readonly TestAnswer[]): ReadonlySet<string> =>
  new Set(answers.map(({ body }) => body.refresh_token));

rfcRows(9700, [
  {
    ...ours('§2.6', 3),
    behaviour: 'OPTIONS that is no preflight is answered 204 with Allow and no CORS header',
    shows: async () => {
      for (const [path, allow] of [
        ['/token', 'POST'],
        ['/introspect', 'POST'],
        ['/graphql', 'POST'],
        ['/.well-known/jwks.json', 'GET, HEAD'],
      ] as const) {
        const answer = await server.send('OPTIONS', path);
        expect([
          answer.status,
          answer.headers.get('allow'),
          answer.headers.has('access-control-allow-methods'),
        ]).toEqual([204, allow, false]);
      }
    },
  },
  {
    ...must('§2.4', 46),
    behaviour: 'keys have no password grant unless they were given it',
    shows: async () => {
      const { application: made } = await server.manage(
        'createApplication',
        { name: 'By default' },
        'application { id }',
      );
      const { keys } = await server.manage('generateKeys', { applicationId: made.id }, 'keys { grantTypes }');
      expect(keys.grantTypes).toEqual(['CLIENT_CREDENTIALS']);
      const without = await server.client({ grantTypes: ['CLIENT_CREDENTIALS', 'REFRESH_TOKEN'] });
      expectRefusal(await server.login(without, user), 400, 'unauthorized_client');
    },
  },
  {
    ...must('§2.4', 46),
    behaviour: 'the metadata names the password grant only where an application has it',
    shows: async () => {
      const fresh = await startRfcServer();
      const listed = async (): Promise<readonly string[]> => {
        fresh.clock.advance(60_000);
        return (await fresh.get('/.well-known/oauth-authorization-server')).body.grant_types_supported;
      };
      expect(await listed()).toContain('password');
      const input = { clientId: fresh.sample.key, grantTypes: ['PASSWORD'] };
      await fresh.manage('disableGrantTypes', input, 'keys { id }');
      expect(await listed()).toEqual(['client_credentials', 'refresh_token']);
      await fresh.manage('enableGrantTypes', input, 'keys { id }');
      expect(await listed()).toContain('password');
      await fresh.close();
    },
  },
  {
    ...must('§4.14.2', 51),
    behaviour: 'refresh tokens of public clients are rotated',
    shows: async () => {
      const { refresh } = await tokensOf(publicClient);
      const next = await server.refresh(publicClient, refresh);
      expectToken(next, { refresh_token: expect.not.stringMatching(refresh) });
      expect((await server.introspect(client, refresh)).body.active).toBe(false);
    },
  },
  {
    ...ours('§4.14.2', 51),
    behaviour: 'refresh tokens of confidential clients are rotated too',
    shows: async () => {
      const { refresh } = await tokensOf(client);
      expectToken(await server.refresh(client, refresh), { refresh_token: expect.not.stringMatching(refresh) });
      expect((await server.introspect(client, refresh)).body.active).toBe(false);
    },
  },
  {
    ...must('§4.14.2', 52),
    behaviour: 'reuse outside the window is invalid_grant, and ends every token of the family',
    shows: async () => {
      const { access, refresh } = await tokensOf(client);
      const next = (await server.refresh(client, refresh)).body;
      server.clock.advance(10_000);
      for (const token of [access, next.access_token]) expect(await server.isActive(token)).toBe(true);
      expectRefusal(await server.refresh(client, refresh), 400, 'invalid_grant');
      for (const token of [access, next.access_token]) expect(await server.isActive(token)).toBe(false);
      expectRefusal(await server.refresh(client, next.refresh_token), 400, 'invalid_grant');
    },
  },
  {
    ...ours('§4.14.2', 53),
    behaviour: 'a lost answer is given again within the window, with the same successor',
    shows: async () => {
      const { refresh } = await tokensOf(client);
      const next = await server.refresh(client, refresh);
      server.clock.advance(9999);
      const again = await server.refresh(client, refresh);
      expectToken(again, { refresh_token: next.body.refresh_token });
      expectToken(await server.refresh(client, again.body.refresh_token));
    },
  },
  {
    ...ours('§4.14.2', 53),
    behaviour: 'the use of the successor closes the window: a replay after it ends the family',
    shows: async () => {
      const { access, refresh } = await tokensOf(client);
      const second = (await server.refresh(client, refresh)).body.refresh_token;
      const third = (await server.refresh(client, second)).body.refresh_token;
      expectRefusal(await server.refresh(client, refresh), 400, 'invalid_grant');
      expectRefusal(await server.refresh(client, third), 400, 'invalid_grant');
      expect(await server.isActive(access)).toBe(false);
    },
  },
  {
    ...ours('§4.14.2', 54),
    behaviour: '64 refreshes at once make one generation: all are answered, with the same refresh token',
    shows: async () => {
      const { refresh } = await tokensOf(client);
      const answers = await times(64, () => server.refresh(client, refresh));
      for (const answer of answers) expectToken(answer);
      expect(refreshTokens(answers).size).toBe(1);
      expectToken(await server.refresh(client, [...refreshTokens(answers)][0] ?? ''));
    },
  },
  {
    ...must('§4.14.2', 54),
    behaviour: '64 refreshes at once without a window have one winner, and the family lives until a later replay',
    shows: async () => {
      const { access, refresh } = await tokensOf(strict);
      const answers = await times(64, () => server.refresh(strict, refresh));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners.length).toBe(1);
      for (const answer of answers) if (answer !== winners[0]) expectRefusal(answer, 400, 'invalid_grant');
      expect(await server.isActive(access)).toBe(true);
      server.clock.advance(1001);
      expectRefusal(await server.refresh(strict, refresh), 400, 'invalid_grant');
      expect(await server.isActive(access)).toBe(false);
      expectRefusal(await server.refresh(strict, winners[0]?.body.refresh_token), 400, 'invalid_grant');
    },
  },
  {
    ...ours('§4.14.2', 55),
    behaviour:
      'after the answer of a revocation nothing of the family is active, whatever refreshes at the same moment got',
    shows: async () => {
      for (let round = 0; round < 8; round += 1) {
        const { access, refresh } = await tokensOf(client);
        const refreshes = times(8, () => server.refresh(client, refresh));
        const [revoked, answers] = await Promise.all([server.revoke(client, refresh), refreshes]);
        expect(revoked.status).toBe(200);
        const got = answers.filter(({ status }) => status === 200).map(({ body }) => body);
        for (const token of [access, ...got.map(({ access_token: each }) => each)])
          expect(await server.isActive(token)).toBe(false);
        for (const { refresh_token: each } of got)
          expectRefusal(await server.refresh(client, each), 400, 'invalid_grant');
      }
    },
  },
  {
    ...should('§4.14.2', 56),
    behaviour: 'a refresh token that is not used ends at its idle time, to the second',
    shows: async () => {
      const idle = await server.client({ refreshTokenIdleSeconds: 600 });
      const [early, late] = [await tokensOf(idle), await tokensOf(idle)];
      server.clock.advance(599_000);
      expectToken(await server.refresh(idle, early.refresh));
      server.clock.advance(1000);
      expectRefusal(await server.refresh(idle, late.refresh), 400, 'invalid_grant');
    },
  },
  {
    ...should('§4.14.2', 56),
    behaviour: 'rotation never extends the absolute end of a family',
    shows: async () => {
      const short = await server.client({ refreshTokenIdleSeconds: 600, refreshTokenLifetimeSeconds: 1000 });
      let { refresh } = await tokensOf(short);
      for (const seconds of [500, 499]) {
        server.clock.advance(seconds * 1000);
        const answer = await server.refresh(short, refresh);
        expectToken(answer);
        refresh = answer.body.refresh_token;
      }
      server.clock.advance(1000);
      expectRefusal(await server.refresh(short, refresh), 400, 'invalid_grant');
    },
  },
  {
    ...should('§4.15', 79),
    behaviour: 'the subject of a client is never that of a user: client ids cannot begin like user ids',
    shows: async () => {
      const { application: made } = await server.manage(
        'createApplication',
        { name: 'Looks like a user' },
        'application { id }',
      );
      const input = { applicationId: made.id, clientId: user.id };
      await expect(server.manage('generateKeys', input, 'keys { id }')).rejects.toThrow('clientId');
    },
  },
  {
    ...should('§2.2.1', 96),
    behaviour: 'what binds tokens to senders is not there: DPoP is ignored, and the metadata does not claim it',
    shows: async () => {
      const form = { grant_type: 'client_credentials', dpop_jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' };
      expectToken(await server.token(form, { ...client.ask, headers: { dpop: 'e30.e30.AA' } }), {
        token_type: 'Bearer',
      });
      const { body } = await server.get('/.well-known/oauth-authorization-server');
      const names = Object.keys(body).filter((name) => /dpop|pushed|mtls|certificate/.test(name));
      expect(names).toEqual([]);
    },
  },
  {
    ...must('§4.14.2', 100),
    behaviour: 'nothing secret of families is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
