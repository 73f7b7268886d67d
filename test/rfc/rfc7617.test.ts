import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, type RfcRule } from '../support/rfc-table.js';
import {
  basicChallenge,
  expectRefusal,
  expectToken,
  startRfcServer,
  type RfcClient,
  type RfcServer,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
});
afterAll(() => server.close());

interface Header extends RfcRule {
  /** The value of `Authorization`, from the base64 of good credentials. */
  readonly authorization: (good: string) => string;
  readonly good?: true;
  /** What the log says; absent: that the form was wrong, and nobody looked for a client. */
  readonly detail?: string;
}

const malformed = 'malformed Basic credentials or another scheme';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const pair = (): string => `${client.clientId}:${client.clientSecret}`;

const headers: readonly Header[] = [
  ...['Basic', 'basic', 'bAsIc', 'BASIC'].map((scheme): Header => ({
    ...must('§2', 23),
    behaviour: `the scheme is compared without case: ${scheme}`,
    authorization: (good) => `${scheme} ${good}`,
    good: true,
  })),
  {
    ...must('§2', 23),
    behaviour: 'two spaces may follow the scheme',
    authorization: (good) => `Basic  ${good}`,
    good: true,
  },
  { ...must('§2', 23), behaviour: 'a tab may not follow the scheme', authorization: (good) => `Basic\t${good}` },
  {
    ...must('§2', 24),
    behaviour: 'credentials without a colon are refused',
    authorization: () => `Basic ${base64(client.clientId)}`,
  },
  { ...must('§2', 24), behaviour: 'what is not base64 is refused', authorization: () => 'Basic *+?' },
  {
    ...must('§2', 24),
    behaviour: 'base64 with something after it is refused',
    authorization: (good) => `Basic ${good} x`,
  },
  {
    ...must('§2', 24),
    behaviour: 'base64 with foreign characters in it is refused',
    authorization: (good) => `Basic ${good.slice(0, 4)}!${good.slice(4)}`,
  },
  {
    ...must('§2', 24),
    behaviour: 'base64 with too much padding is refused',
    authorization: () => `Basic ${base64(pair()).replace(/=*$/, '')}===`,
  },
  {
    ...must('§2', 24),
    behaviour: 'base64url is refused',
    authorization: () =>
      `Basic ${base64(`${client.clientId}:\u00ff\u00ff\u00ff`).replaceAll('/', '_').replaceAll('+', '-')}`,
  },
  { ...must('§2', 24), behaviour: 'no credentials at all are refused', authorization: () => 'Basic' },
  {
    ...must('§2', 24),
    behaviour: 'empty credentials are refused',
    authorization: () => 'Basic Og==',
    detail: 'unknown client',
  },
  {
    ...must('§2', 24),
    behaviour: 'a control character in the secret is refused',
    authorization: () => `Basic ${base64(`${pair()}\n`)}`,
  },
  {
    ...must('§2', 24),
    behaviour: 'a control character in the client id is refused',
    authorization: () => `Basic ${base64(`\t${pair()}`)}`,
  },
  {
    ...must('§2.1', 24),
    behaviour: 'bytes that are no UTF-8 are refused',
    authorization: () => `Basic ${Buffer.from('x:\xff', 'latin1').toString('base64')}`,
  },
  ...['Bearer', 'Digest', 'Negotiate', 'Basically'].map((scheme): Header => ({
    ...must('§2', 27),
    behaviour: `the scheme ${scheme} is refused, with a challenge for Basic`,
    authorization: (good) => `${scheme} ${good}`,
  })),
];
rfcTable(7617, headers, async ({ authorization, good, detail = malformed }) => {
  const header = authorization(base64(pair()));
  const answer = await server.token(
    { grant_type: 'client_credentials' },
    { basic: false, headers: { authorization: header } },
  );
  if (good === true) {
    expectToken(answer);
    return;
  }
  expectRefusal(answer, 401, 'invalid_client');
  const { fields } = server.logged.findLast(({ event }) => event === 'token_refused') ?? {};
  expect(fields).toMatchObject({ requestId: answer.body.request_id, detail });
});

rfcRows(7617, [
  {
    ...must('§2', 24),
    behaviour: 'the first colon splits: later ones belong to the secret',
    shows: async () => {
      const secret = 'a:secret:with:colons:in:it';
      const colons = await server.client({ clientId: 'colons', clientSecret: secret });
      expectToken(await server.token({ grant_type: 'client_credentials' }, { basic: `colons:${secret}` }));
      expectRefusal(
        await server.token({ grant_type: 'client_credentials' }, { basic: 'colons:a' }),
        401,
        'invalid_client',
      );
      expectToken(await server.grant(colons));
    },
  },
  {
    ...must('§2', 25),
    behaviour: 'the challenge has a realm and charset="UTF-8", and no other parameter',
    shows: async () => {
      const { headers: sent } = await server.token({ grant_type: 'client_credentials' }, { basic: 'a:b' });
      const challenge = sent.get('www-authenticate') ?? '';
      const names = [...challenge.matchAll(/(\w+)="[^"]*"/g)].map(([, name]) => name);
      expect(names).toEqual(['realm', 'charset']);
      expect(challenge).toBe(basicChallenge);
    },
  },
  {
    ...ours('§2', 27),
    behaviour: 'a bearer token does not authenticate a client at /token, /revoke or, without the scope, at /introspect',
    shows: async () => {
      const { body } = await server.grant(client);
      const ask = { basic: false, headers: { authorization: `Bearer ${body.access_token}` } } as const;
      expectRefusal(await server.token({ grant_type: 'client_credentials' }, ask), 401, 'invalid_client');
      expectRefusal(await server.post('/revoke', { token: 'x' }, ask), 401, 'invalid_client');
      const { status, headers: sent } = await server.post('/introspect', { token: 'x' }, ask);
      expect([status, sent.get('www-authenticate')?.startsWith('Bearer ')]).toEqual([401, true]);
    },
  },
]);
