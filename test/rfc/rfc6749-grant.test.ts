import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import {
  expectQuietLog,
  expectRefusal,
  expectToken,
  startRfcServer,
  withoutIds,
  type RfcClient,
  type RfcServer,
  type RfcUser,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let limited: RfcClient;
let user: RfcUser;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client({ scopes: ['default', 'test', 'a', 'b', 'A'] });
  limited = await server.client({ grantTypes: ['CLIENT_CREDENTIALS'], scopes: ['test'] });
  user = await server.user();
});
afterAll(() => server.close());

interface Asked extends RfcRule {
  readonly params: Readonly<Record<string, string>> | string;
  readonly by?: () => RfcClient;
  /** The scope that is granted, or what the request is refused with. */
  readonly scope?: string;
  readonly error?: string;
  readonly expires?: number;
}

const byScope = (scope: string) => ({ grant_type: 'client_credentials', scope });
const byPeriod = (validity_period: string) => ({ grant_type: 'client_credentials', validity_period });

const asked: readonly Asked[] = [
  {
    ...must('§5.2', 37),
    behaviour: 'a missing grant_type is invalid_request',
    params: { scope: 'test' },
    error: 'invalid_request',
  },
  {
    ...must('§5.2', 37),
    behaviour: 'an unknown grant_type is unsupported_grant_type',
    params: { grant_type: 'magic' },
    error: 'unsupported_grant_type',
  },
  {
    ...must('§5.2', 37),
    behaviour: 'a grant_type in other case is unsupported_grant_type',
    params: { grant_type: 'Client_Credentials' },
    error: 'unsupported_grant_type',
  },
  {
    ...must('§5.2', 37),
    behaviour: 'a grant that this server has not built is unsupported_grant_type',
    params: { grant_type: 'authorization_code', code: 'x' },
    error: 'unsupported_grant_type',
  },
  {
    ...must('§5.2', 37),
    behaviour: 'a grant that the client does not have is unauthorized_client',
    params: { grant_type: 'refresh_token', refresh_token: 'x' },
    by: () => limited,
    error: 'unauthorized_client',
  },
  {
    ...must('§5.2', 37),
    behaviour: 'the client is authenticated before its grant_type is judged',
    params: { grant_type: 'magic' },
    by: () => ({ ...client, ask: { basic: 'a:b' } }),
    error: 'invalid_client',
  },
  {
    ...must('§5.1', 38),
    behaviour: 'an answer names the scope also when it is what was asked for',
    params: byScope('test'),
    scope: 'test',
  },
  ...[
    ['two spaces', 'a  b'],
    ['a leading space', ' a'],
    ['a trailing space', 'a '],
    ['a space alone', ' '],
    ['a tab', 'a\tb'],
    ['a line break', 'a\r\nb'],
    ['a quotation mark', '"a"'],
    ['a backslash', 'a\\b'],
    ['non-ASCII', 'ä'],
    ['DEL', 'a\x7f'],
  ].map(([what = '', scope = '']): Asked => ({
    ...must('§3.3', 39),
    behaviour: `a scope with ${what} is invalid_scope`,
    params: byScope(scope),
    error: 'invalid_scope',
  })),
  {
    ...must('§3.3', 39),
    behaviour: 'a scope with U+0000 is refused with the whole form',
    params: 'grant_type=client_credentials&scope=a%00b',
    error: 'invalid_request',
  },
  {
    ...must('§3.3', 40),
    behaviour: 'scopes are answered in one order, asked in this',
    params: byScope('a b test'),
    scope: 'test a b',
  },
  {
    ...must('§3.3', 40),
    behaviour: 'scopes are answered in one order, asked in another',
    params: byScope('b test a'),
    scope: 'test a b',
  },
  { ...must('§3.3', 40), behaviour: 'scopes are case-sensitive: A is not a', params: byScope('A'), scope: 'A' },
  {
    ...must('§3.3', 40),
    behaviour: 'scopes are case-sensitive: B is unknown',
    params: byScope('B'),
    error: 'invalid_scope',
  },
  { ...must('§3.3', 40), behaviour: 'a scope asked twice is granted once', params: byScope('a a'), scope: 'a' },
  {
    ...must('§5.2', 41),
    behaviour: 'an unknown scope is invalid_scope',
    params: byScope('unknown'),
    error: 'invalid_scope',
  },
  {
    ...must('§5.2', 41),
    behaviour: 'a scope beyond those of the client is invalid_scope, also beside good ones',
    params: byScope('test a'),
    by: () => limited,
    error: 'invalid_scope',
  },
  {
    ...must('§5.2', 41),
    behaviour: 'a management scope that the client does not hold is invalid_scope',
    params: byScope('applications:read'),
    error: 'invalid_scope',
  },
  {
    ...must('§3.3', 41),
    behaviour: 'no scope is the default scope',
    params: { grant_type: 'client_credentials' },
    scope: 'default',
  },
  {
    ...must('§3.3', 41),
    behaviour: 'no scope is invalid_scope where the client has no default',
    params: { grant_type: 'client_credentials' },
    by: () => limited,
    error: 'invalid_scope',
  },
  ...['1', '86400'].map((period): Asked => ({
    ...ours('§5.1', 43),
    behaviour: `validity_period=${period} is what expires_in says`,
    params: byPeriod(period),
    scope: 'default',
    expires: Number(period),
  })),
  ...['0', '-1', '-3600', '86401', '1e9', '1.5', 'abc', ' 60', '60 ', '+60', '060', '0x10', '9'.repeat(400)].map(
    (period): Asked => ({
      ...ours('§5.2', 43),
      behaviour: `validity_period=${period.slice(0, 20)} is invalid_request`,
      params: byPeriod(period),
      error: 'invalid_request',
    }),
  ),
  ...[
    { what: 'username', params: { grant_type: 'password', password: 'x' } },
    { what: 'password', params: { grant_type: 'password', username: 'x' } },
  ].map(({ what, params }): Asked => ({
    ...must('§4.3.2', 44),
    behaviour: `the password grant without ${what} is invalid_request`,
    params,
    error: 'invalid_request',
  })),
  {
    ...must('§6', 49),
    behaviour: 'the refresh_token grant without a refresh_token is invalid_request',
    params: { grant_type: 'refresh_token' },
    error: 'invalid_request',
  },
];
rfcTable(6749, asked, async ({ params, by = () => client, scope, error, expires }) => {
  const answer = await server.post('/token', params, by().ask);
  if (error === undefined) expectToken(answer, { scope, expires_in: expires ?? 3600 });
  else expectRefusal(answer, error === 'invalid_client' ? 401 : 400, error);
});

const refreshTokenOf = async (by = client, fields = {}): Promise<string> =>
  (await server.login(by, user, fields)).body.refresh_token;

rfcRows(6749, [
  {
    ...must('§5.1', 38),
    behaviour:
      'an answer has access_token, token_type, expires_in, scope and, where there is one, refresh_token; no more',
    shows: async () => {
      const names = ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'];
      const answer = await server.login(client, user);
      expectToken(answer);
      expect(Object.keys(answer.body)).toEqual(names);
    },
  },
  {
    ...should('§4.4.3', 42),
    behaviour: 'client_credentials gives no refresh token',
    shows: async () => {
      const answer = await server.grant(client);
      expectToken(answer);
      expect(Object.keys(answer.body)).toEqual(['access_token', 'token_type', 'expires_in', 'scope']);
    },
  },
  {
    ...ours('§5.1', 42),
    behaviour: 'keys that do not have the refresh_token grant get no refresh token',
    shows: async () => {
      const once = await server.client({ grantTypes: ['PASSWORD'] });
      const answer = await server.login(once, user);
      expectToken(answer);
      expect(Object.keys(answer.body)).not.toContain('refresh_token');
    },
  },
  {
    ...ours('§5.2', 43),
    behaviour: 'validity_period names its range when it is out of it, and holds for the password and refresh grants',
    shows: async () => {
      const { body } = await server.grant(client, { validity_period: '-1' });
      expect(body.error_description).toContain('from 1 to 86400');
      const first = await server.login(client, user, { validity_period: '77' });
      expectToken(first, { expires_in: 77 });
      expectToken(await server.refresh(client, first.body.refresh_token, { validity_period: '78' }), {
        expires_in: 78,
      });
      expectRefusal(await server.login(client, user, { validity_period: '0' }), 400, 'invalid_request');
    },
  },
  {
    ...must('§5.2', 44),
    behaviour: 'a wrong password, an unknown user and a disabled user are answered alike, with invalid_grant',
    shows: async () => {
      const disabled = await server.user();
      await server.manage('updateUser', { id: disabled.id, enabled: false }, 'user { id }');
      const withoutPassword = await server.manage('createUser', { username: 'no-password' }, 'user { id username }');
      const answers = [
        await server.login(client, { ...user, password: 'wrong' }),
        await server.login(client, { ...user, username: 'unknown' }),
        await server.login(client, { ...user, username: 'not a name' }),
        await server.login(client, disabled),
        await server.login(client, { ...withoutPassword.user, password: 'any' }),
      ];
      for (const answer of answers) expectRefusal(answer, 400, 'invalid_grant');
      expect(answers.map(withoutIds)).toEqual(answers.map(() => withoutIds(answers[0]!)));
    },
  },
  {
    ...ours('§4.3.2', 47),
    behaviour: 'a password is taken exactly as it came: no trimming, no folding, no truncation up to 1,024 bytes',
    shows: async () => {
      const long = await server.user(undefined, ` Long ${'é'.repeat(500)} end `.padEnd(523, '.'));
      expect(Buffer.byteLength(long.password)).toBeGreaterThan(1000);
      expectToken(await server.login(client, long));
      const near = [long.password.trim(), long.password.toLowerCase(), long.password.slice(0, -1), `${long.password}.`];
      for (const password of [...near, long.password.slice(0, 72), long.password.normalize('NFD')]) {
        expectRefusal(await server.login(client, { ...long, password }), 400, 'invalid_grant');
      }
    },
  },
  {
    ...ours('§4.3.2', 47),
    behaviour: 'a password of more than 1,024 bytes is invalid_grant, though it begins with the right one',
    shows: async () => {
      const long = await server.user(undefined, 'x'.repeat(1024));
      expectToken(await server.login(client, long));
      expectRefusal(await server.login(client, { ...long, password: 'x'.repeat(1025) }), 400, 'invalid_grant');
    },
  },
  {
    ...ours('§6', 48),
    behaviour: 'a 503 before the refresh token is spent costs nothing: the same one works, once',
    shows: async () => {
      const strict = await server.client({ refreshTokenReuseWindowSeconds: 0 });
      const token = await refreshTokenOf(strict);
      server.failNext('tokens.advance');
      expectRefusal(await server.refresh(strict, token), 503, 'temporarily_unavailable');
      server.clock.advance(5000);
      expectToken(await server.refresh(strict, token));
      server.clock.advance(5000);
      expectRefusal(await server.refresh(strict, token), 400, 'invalid_grant');
    },
  },
  {
    ...ours('§6', 48),
    behaviour: 'a 503 after the refresh token was spent is retried within the window, and costs the family without one',
    shows: async () => {
      const strict = await server.client({ refreshTokenReuseWindowSeconds: 0 });
      const outcomes = [];
      for (const by of [client, strict]) {
        const token = await refreshTokenOf(by);
        server.failNext('users.find', 'tokens.advance');
        expectRefusal(await server.refresh(by, token), 503, 'temporarily_unavailable');
        server.clock.advance(2000);
        outcomes.push((await server.refresh(by, token)).status);
      }
      expect(outcomes).toEqual([200, 400]);
    },
  },
  {
    ...must('§6', 49),
    behaviour: 'a refresh token shown by another client is invalid_grant and goes on working for its own',
    shows: async () => {
      const other = await server.client();
      const token = await refreshTokenOf();
      expectRefusal(await server.refresh(other, token), 400, 'invalid_grant');
      expectToken(await server.refresh(client, token));
    },
  },
  {
    ...must('§6', 50),
    behaviour: 'a scope beyond the original is invalid_scope, and the refresh token is not spent',
    shows: async () => {
      const token = await refreshTokenOf(client, { scope: 'a' });
      expectRefusal(await server.refresh(client, token, { scope: 'a b' }), 400, 'invalid_scope');
      expect((await server.introspect(client, token)).body.active).toBe(true);
    },
  },
  {
    ...must('§6', 50),
    behaviour: 'a narrowed refresh narrows the access token alone: the new refresh token has the original scope',
    shows: async () => {
      const token = await refreshTokenOf(client, { scope: 'a b' });
      const narrowed = await server.refresh(client, token, { scope: 'b' });
      expectToken(narrowed, { scope: 'b' });
      expect((await server.introspect(client, narrowed.body.access_token)).body.scope).toBe('b');
      expectToken(await server.refresh(client, narrowed.body.refresh_token), { scope: 'a b' });
    },
  },
  {
    ...must('§6', 51),
    behaviour: 'a confidential client authenticates to refresh',
    shows: async () => {
      const token = await refreshTokenOf();
      const form = { client_id: client.clientId };
      expectRefusal(await server.refresh({ ...client, ask: { basic: false }, form }, token), 401, 'invalid_client');
      expectToken(await server.refresh(client, token));
    },
  },
  {
    ...must('§10.4', 100),
    behaviour: 'nothing secret of the grants is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);
