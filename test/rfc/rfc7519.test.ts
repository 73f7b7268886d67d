import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcTable, type RfcRule } from '../support/rfc-table.js';
import { partsOf } from './jwt.js';
import { startRfcServer, type RfcClient, type RfcServer } from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
let claims: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
  claims = partsOf((await server.grant(client)).body.access_token).claims;
});
afterAll(() => server.close());

interface Claimed extends RfcRule {
  /** In place of those of a good token, signed by our own key. */
  readonly change: () => object;
  readonly active?: true;
}

const now = (): number => Math.floor(server.clock.now() / 1000);
const claimed: readonly Claimed[] = [
  { ...must('§4.1.4', 76), behaviour: 'a token lives until exp', change: () => ({ exp: now() + 1 }), active: true },
  { ...must('§4.1.4', 76), behaviour: 'a token is over on exp', change: () => ({ exp: now() }) },
  { ...must('§4.1.4', 76), behaviour: 'exp that is no number is refused', change: () => ({ exp: String(now() + 60) }) },
  { ...must('§4.1.4', 76), behaviour: 'exp that is null is refused', change: () => ({ exp: null }) },
  { ...must('§4.1.5', 70), behaviour: 'a token with nbf ahead is not valid yet', change: () => ({ nbf: now() + 60 }) },
  {
    ...must('§4.1.5', 70),
    behaviour: 'a token with nbf behind is valid',
    change: () => ({ nbf: now() }),
    active: true,
  },
  {
    ...must('§4.1.1', 82),
    behaviour: 'iss of another issuer is refused',
    change: () => ({ iss: 'https://other.example' }),
  },
  {
    ...must('§4.1.1', 82),
    behaviour: 'iss is compared as it is: a slash more is another one',
    change: () => ({ iss: `${server.issuer}/` }),
  },
  { ...ours('§4.1.7', 82), behaviour: 'a jti that we did not make is refused', change: () => ({ jti: 'x' }) },
  {
    ...must('§4', 10),
    behaviour: 'a claim that nobody knows is ignored',
    change: () => ({ 'https://claims.example/x': 1 }),
    active: true,
  },
];
rfcTable(7519, claimed, async ({ change, active }) => {
  const token = server.oauth.signingKeys.sign('ES256', 'at+jwt', { ...claims, ...change() });
  const { status, body } = await server.introspect(client, token);
  expect(status).toBe(200);
  if (active === true) expect(body.active).toBe(true);
  else expect(body).toEqual({ active: false });
});
