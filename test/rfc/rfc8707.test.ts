import { afterAll, beforeAll } from '@jest/globals';
import { expect } from '@jest/globals';
import { may, must, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import { expectRefusal, expectToken, startRfcServer, type RfcClient, type RfcServer } from './rfc-server.js';

const orders = 'https://orders.example/api';
const billing = 'urn:billing';

let server: RfcServer;
let client: RfcClient;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client({ audience: [orders, billing, 'plain'], scopes: ['default', 'applications:read'] });
});
afterAll(() => server.close());

interface Asked extends RfcRule {
  readonly resource: readonly string[];
  readonly scope?: string;
  /** The audience of the token; absent: invalid_target. */
  readonly aud?: () => string | readonly string[];
}

const management = (): string => `${server.issuer}/graphql`;

const asked: readonly Asked[] = [
  {
    ...must('§2', 78),
    behaviour: 'without resource the audience is that of the keys',
    resource: [],
    aud: () => [orders, billing, 'plain'],
  },
  { ...must('§2', 78), behaviour: 'a resource narrows the audience to it', resource: [orders], aud: () => orders },
  {
    ...may('§2', 9),
    behaviour: 'resource may be repeated, and the audience is those asked for',
    resource: [billing, orders],
    aud: () => [orders, billing],
  },
  { ...may('§2', 9), behaviour: 'the same resource twice is one', resource: [billing, billing], aud: () => billing },
  {
    ...must('§2', 11),
    behaviour: 'resource without a value is omitted',
    resource: [''],
    aud: () => [orders, billing, 'plain'],
  },
  { ...should('§2', 78), behaviour: 'an unknown resource is invalid_target', resource: ['https://other.example'] },
  {
    ...should('§2', 78),
    behaviour: 'an unknown resource beside a known one is invalid_target',
    resource: [orders, 'https://other.example'],
  },
  {
    ...must('§2', 78),
    behaviour: 'a resource is compared as it is: a path more is another one',
    resource: [`${orders}/`],
  },
  { ...must('§2', 78), behaviour: 'a resource with a fragment is invalid_target', resource: [`${orders}#x`] },
  { ...should('§2', 78), behaviour: 'a resource that is no URI is invalid_target', resource: ['not a uri'] },
  { ...should('§2', 78), behaviour: 'the management API needs a management scope', resource: ['graphql'] },
  {
    ...should('§2.2', 78),
    behaviour: 'a management scope makes the management API the audience',
    resource: [],
    scope: 'applications:read',
    aud: management,
  },
  {
    ...should('§2.2', 78),
    behaviour: 'resource narrows a token for both to the management API',
    resource: ['graphql'],
    scope: 'default applications:read',
    aud: management,
  },
  {
    ...should('§2.2', 78),
    behaviour: 'resource narrows a token for both to the other one',
    resource: [orders],
    scope: 'default applications:read',
    aud: () => orders,
  },
];
rfcTable(8707, asked, async ({ resource, scope = 'default', aud }) => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope });
  for (const value of resource) form.append('resource', value === 'graphql' ? management() : value);
  const answer = await server.post('/token', form.toString(), client.ask);
  if (aud === undefined) {
    expectRefusal(answer, 400, 'invalid_target');
    return;
  }
  expectToken(answer);
  expect(JSON.parse(Buffer.from(answer.body.access_token.split('.')[1], 'base64url').toString()).aud).toEqual(aud());
});

rfcTable(
  8707,
  [
    {
      ...must('§2.2', 78),
      behaviour: 'a refresh may narrow the audience to a resource',
      resource: orders,
      status: 200,
    },
    {
      ...should('§2.2', 78),
      behaviour: 'a refresh for an unknown resource is invalid_target, and the refresh token is not spent',
      resource: 'https://other.example',
      status: 400,
    },
  ],
  async ({ resource, status }) => {
    const first = await server.login(client, await server.user());
    expectToken(first);
    const token: string = first.body.refresh_token;
    const refreshed = await server.refresh(client, token, { resource });
    if (status === 400) {
      expectRefusal(refreshed, 400, 'invalid_target');
      expect((await server.introspect(client, token)).body.active).toBe(true);
    } else {
      expect((await server.introspect(client, refreshed.body.access_token)).body.aud).toBe(resource);
      const next = await server.refresh(client, refreshed.body.refresh_token);
      expect((await server.introspect(client, next.body.access_token)).body.aud).toEqual([orders, billing, 'plain']);
    }
  },
);
