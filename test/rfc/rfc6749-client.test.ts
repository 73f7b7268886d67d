import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import {
  clientOf,
  expectQuietLog,
  expectRefusal,
  expectToken,
  startRfcServer,
  withoutIds,
  type RfcClient,
  type RfcServer,
} from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let publicClient: RfcClient;
let keyClient: RfcClient;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  publicClient = await server.client({ authenticationMethod: 'NONE', grantTypes: ['PASSWORD', 'REFRESH_TOKEN'] });
  const jwks = JSON.stringify({
    keys: [
      { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }, // RFC 8037 App. A.2
    ],
  });
  keyClient = await server.client({ authenticationMethod: 'PRIVATE_KEY_JWT', jwks });
});
afterAll(() => server.close());

const good = { grant_type: 'client_credentials' };
const assertion = {
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA',
};
const inBody = ({ clientId, clientSecret }: RfcClient) => ({ client_id: clientId, client_secret: clientSecret });

interface Presented extends RfcRule {
  /** The form beside the grant type. */
  readonly form?: () => Readonly<Record<string, string>>;
  /** Credentials of the header; absent: no header. */
  readonly basic?: () => string;
  readonly answer: 'token' | 'invalid_client' | 'invalid_request' | 'unauthorized_client';
}

const basicOf = ({ clientId, clientSecret }: RfcClient) => `${clientId}:${clientSecret}`;
const confused = 'invalid_request';

const presented: readonly Presented[] = [
  {
    ...must('§2.3.1', 21),
    behaviour: 'a client with a secret authenticates by HTTP Basic',
    basic: () => basicOf(client),
    answer: 'token',
  },
  {
    ...ours('§2.3.1', 21),
    behaviour: 'a client with a secret authenticates in the body',
    form: () => inBody(client),
    answer: 'token',
  },
  {
    ...must('§5.2', 25),
    behaviour: 'a wrong secret in the header is 401 with a challenge of the same scheme',
    basic: () => `${client.clientId}:wrong`,
    answer: 'invalid_client',
  },
  {
    ...must('§5.2', 26),
    behaviour: 'a wrong secret in the body is 401 with a challenge',
    form: () => ({ ...inBody(client), client_secret: 'wrong' }),
    answer: 'invalid_client',
  },
  {
    ...must('§5.2', 26),
    behaviour: 'no client authentication at all is 401 with a challenge',
    answer: 'invalid_client',
  },
  {
    ...must('§5.2', 26),
    behaviour: 'a secret without a client_id is 401 with a challenge',
    form: () => ({ client_secret: client.clientSecret }),
    answer: 'invalid_client',
  },
  {
    ...must('§2.3', 28),
    behaviour: 'header and secret in the body are refused, even if both are right',
    basic: () => basicOf(client),
    form: () => inBody(client),
    answer: confused,
  },
  {
    ...must('§2.3', 28),
    behaviour: 'header and client assertion are refused',
    basic: () => basicOf(client),
    form: () => assertion,
    answer: confused,
  },
  {
    ...must('§2.3', 28),
    behaviour: 'secret and client assertion are refused',
    form: () => ({ ...inBody(client), ...assertion }),
    answer: confused,
  },
  {
    ...must('§2.3', 28),
    behaviour: 'the same client_id in the body as in the header is no second method',
    basic: () => basicOf(client),
    form: () => ({ client_id: client.clientId }),
    answer: 'token',
  },
  {
    ...must('§2.3', 28),
    behaviour: 'another client_id in the body than in the header is refused',
    basic: () => basicOf(client),
    form: () => ({ client_id: publicClient.clientId }),
    answer: confused,
  },
  {
    ...must('§3.2.1', 29),
    behaviour: 'a public client with a secret in the body is 401',
    form: () => ({ ...inBody(publicClient), client_secret: 'any' }),
    answer: 'invalid_client',
  },
  {
    ...must('§3.2.1', 29),
    behaviour: 'a public client in the header is 401',
    basic: () => `${publicClient.clientId}:`,
    answer: 'invalid_client',
  },
  {
    ...must('§3.2.1', 29),
    behaviour: 'a confidential client with its client_id alone is 401',
    form: () => ({ client_id: client.clientId }),
    answer: 'invalid_client',
  },
  {
    ...must('§4.4', 29),
    behaviour: 'a public client gets nothing by client_credentials',
    form: () => publicClient.form,
    answer: 'unauthorized_client',
  },
  {
    ...must('§2.3', 36),
    behaviour: 'a client registered for private_key_jwt is 401 with a secret in the header',
    basic: () => `${keyClient.clientId}:${client.clientSecret}`,
    answer: 'invalid_client',
  },
  {
    ...must('§2.3', 36),
    behaviour: 'a client registered for private_key_jwt is 401 with a secret in the body',
    form: () => ({ client_id: keyClient.clientId, client_secret: client.clientSecret }),
    answer: 'invalid_client',
  },
  {
    ...must('§2.3', 36),
    behaviour: 'a client registered for private_key_jwt is 401 with its client_id alone',
    form: () => ({ client_id: keyClient.clientId }),
    answer: 'invalid_client',
  },
];
rfcTable(6749, presented, async ({ form = () => ({}), basic, answer: expected }) => {
  const answer = await server.token({ ...good, ...form() }, { basic: basic === undefined ? false : basic() });
  if (expected === 'token') expectToken(answer);
  else expectRefusal(answer, expected === 'invalid_client' ? 401 : 400, expected);
});

const strange = { clientId: 'cli ent:1', clientSecret: 'p@ss w%rd+/= and enough' };

rfcRows(6749, [
  {
    ...must('§2.3.1', 22),
    behaviour: 'id and secret are form-urlencoded before base64',
    shows: async () => {
      await server.client(strange);
      const sent = 'cli+ent%3A1:p%40ss+w%25rd%2B%2F%3D+and+enough';
      expectToken(await server.token(good, { basic: sent }));
      expectToken(await server.token(good, { basic: sent.replaceAll('+', '%20') }));
      expectRefusal(
        await server.token(good, { basic: `${strange.clientId}:${strange.clientSecret}` }),
        401,
        'invalid_client',
      );
    },
  },
  {
    ...ours('§2.3.1', 22),
    behaviour: 'an id or secret that cannot be decoded is 401',
    shows: async () => {
      for (const pair of ['%:x', 'x:%', 'x:%zz', '%ff:x', 'x:%c0%af', 'x:%00', '%00:x']) {
        expectRefusal(await server.token(good, { basic: pair }), 401, 'invalid_client');
      }
    },
  },
  {
    ...ours('§5.2', 30),
    behaviour:
      'unknown clients, wrong, revoked and expired secrets, disabled keys and disabled applications are answered alike',
    shows: async () => {
      const answers = [
        await server.grant({ ...client, ask: { basic: ['unknown', client.clientSecret] } }),
        await server.grant({ ...client, ask: { basic: [client.clientId, 'wrong'] } }),
        await server.grant({ ...client, ask: { basic: [publicClient.clientId, 'wrong'] } }),
      ];
      const rotation = { clientId: client.clientId, retireOldAfterSeconds: 3600, expiresAt: soon(60) };
      const { clientSecret, keys } = await server.manage(
        'rotateClientSecret',
        rotation,
        'clientSecret keys { secrets { id } }',
      );
      const second = clientOf({ ...client, clientSecret });
      expectToken(await server.grant(second));
      server.clock.advance(60_000);
      answers.push(await server.grant(second));
      await server.manage(
        'revokeClientSecret',
        { clientId: client.clientId, secretId: keys.secrets[1].id },
        'keys { id }',
      );
      answers.push(await server.grant(second));
      const disabledKeys = await server.client();
      await server.update(disabledKeys, { enabled: false });
      answers.push(await server.grant(disabledKeys));
      const disabled = await server.client();
      await server.manage('updateApplication', { id: disabled.applicationId, enabled: false }, 'application { id }');
      answers.push(await server.grant(disabled));
      for (const answer of answers) expectRefusal(answer, 401, 'invalid_client');
      expect(answers.map(withoutIds)).toEqual(answers.map(() => withoutIds(answers[0]!)));
    },
  },
  {
    ...ours('§2.3.1', 31),
    behaviour: 'a secret of any length from 0 to 300 is 401 and nothing else',
    shows: async () => {
      for (let length = 0; length <= 300; length += 1) {
        expectRefusal(
          await server.token(good, { basic: `${client.clientId}:${'s'.repeat(length)}` }),
          401,
          'invalid_client',
        );
      }
    },
  },
  {
    ...must('§10.10', 32),
    behaviour: 'what is issued has 256 random bits: no two begin or end alike',
    shows: async () => {
      const opaque = await server.client({ accessTokenFormat: 'OPAQUE' });
      const tokens = await Promise.all(Array.from({ length: 200 }, () => server.grant(opaque)));
      const random = tokens.map(({ body }) => String(body.access_token));
      for (const token of random) expect(token).toMatch(/^tga_[0-9a-z]{9}\.[A-Za-z0-9_-]{43}$/);
      expect(opaque.clientSecret).toMatch(/^tgs_[A-Za-z0-9_-]{43}$/);
      expect(new Set(random.map((token) => token.slice(12, 22))).size).toBe(200);
      expect(new Set(random.map((token) => token.slice(-10))).size).toBe(200);
    },
  },
  {
    ...should('§10.10', 32),
    behaviour: 'a refresh token cannot be guessed from another one: it ends in 256 bits of a keyed digest',
    shows: async () => {
      const first = await server.login(client, await server.user());
      const second = await server.refresh(client, first.body.refresh_token);
      const [before, after] = [first, second].map(({ body }) => String(body.refresh_token).split('.'));
      expect(after!.at(-1)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(after!.at(-1)).not.toBe(before!.at(-1));
      const guessed = [before![0], after![1], ...before!.slice(2)].join('.');
      expectRefusal(await server.refresh(client, guessed), 400, 'invalid_grant');
    },
  },
  {
    ...ours('§2.3.1', 34),
    behaviour: 'a rotated secret and the one before it both work until the old one retires',
    shows: async () => {
      const old = await server.client();
      const rotation = { clientId: old.clientId, retireOldAfterSeconds: 60 };
      const { clientSecret } = await server.manage('rotateClientSecret', rotation, 'clientSecret');
      const now = clientOf({ ...old, clientSecret });
      for (const each of [old, now, old]) expectToken(await server.grant(each));
      server.clock.advance(59_999);
      expectToken(await server.grant(old));
      server.clock.advance(1);
      expectRefusal(await server.grant(old), 401, 'invalid_client');
      expectToken(await server.grant(now));
    },
  },
  {
    ...ours('§2.3.1', 34),
    behaviour: 'a secret is told once: neither the key set nor the repeated request tells it again',
    shows: async () => {
      const { application } = await server.manage('createApplication', { name: 'Told once' }, 'application { id }');
      const input = { applicationId: application.id, idempotencyKey: 'told-once' };
      const first = await server.manage('generateKeys', input, 'clientSecret keys { clientId }');
      const again = await server.manage('generateKeys', input, 'clientSecret keys { clientId }');
      expect(first.clientSecret).toMatch(/^tgs_/);
      expect(again).toEqual({ clientSecret: null, keys: first.keys });
      const query = 'query($id: String!) { keySet(clientId: $id) { secrets { id name hint } } }';
      const { text } = await server.graphql(query, { id: first.keys.clientId });
      expect(text).toContain(first.clientSecret.slice(-4));
      expect(text).not.toContain(first.clientSecret.slice(4, -4));
    },
  },
  {
    ...must('§10.3', 100),
    behaviour: 'nothing secret of client authentication is in the log, at any level',
    shows: () => expectQuietLog(server),
  },
]);

const soon = (seconds: number): string => new Date(server.clock.now() + seconds * 1000).toISOString();
