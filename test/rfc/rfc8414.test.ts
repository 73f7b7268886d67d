import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcRows, rfcTable, should, type RfcRule } from '../support/rfc-table.js';
import { partsOf } from './jwt.js';
import { startRfcServer, type RfcServer } from './rfc-server.js';

const wellKnown = '/.well-known/oauth-authorization-server';
const openid = '/.well-known/openid-configuration';

let server: RfcServer;
let below: RfcServer;
beforeAll(async () => {
  server = await startRfcServer();
  below = await startRfcServer({ issuerPath: '/auth/tenant' });
});
afterAll(async () => {
  await server.close();
  await below.close();
});

const paths: readonly (RfcRule & { readonly path: string; readonly there: boolean })[] = [
  {
    ...must('§3.1', 86),
    behaviour: 'an issuer with a path has the document with the path behind the well-known part',
    path: `${wellKnown}/auth/tenant`,
    there: true,
  },
  {
    ...must('§3.1', 86),
    behaviour: 'OpenID Connect readers find it behind the path',
    path: `/auth/tenant${openid}`,
    there: true,
  },
  {
    ...must('§5', 86),
    behaviour: 'OpenID Connect readers find it with the path behind as well',
    path: `${openid}/auth/tenant`,
    there: true,
  },
  { ...ours('§3.1', 86), behaviour: 'readers that append find it', path: `/auth/tenant${wellKnown}`, there: true },
  {
    ...ours('§3.1', 86),
    behaviour: 'behind a proxy that takes the path away it is found without',
    path: wellKnown,
    there: true,
  },
  {
    ...ours('§3.1', 86),
    behaviour: 'another path behind the well-known part is not found',
    path: `${wellKnown}/auth`,
    there: false,
  },
  {
    ...ours('§3.1', 86),
    behaviour: 'a slash at the end is not found',
    path: `${wellKnown}/auth/tenant/`,
    there: false,
  },
];
rfcTable(8414, paths, async ({ path, there }) => {
  const { status, body } = await below.get(path);
  expect(status).toBe(there ? 200 : 404);
  if (there) expect(body.issuer).toBe(`${below.url}/auth/tenant`);
});

const document = async (): Promise<Readonly<Record<string, any>>> => (await server.get(wellKnown)).body;

rfcRows(8414, [
  {
    ...must('§3.2', 86),
    behaviour: 'the document is 200 as application/json, by GET and HEAD alone',
    shows: async () => {
      for (const path of [wellKnown, openid]) {
        const answer = await server.get(path);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
          const refused = await server.send(method, path);
          expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
        }
      }
    },
  },
  {
    ...must('§3.3', 86),
    behaviour: 'issuer is what was asked for and what tokens carry as iss, without a slash more or less',
    shows: async () => {
      for (const each of [server, below]) {
        const { issuer } = (await each.get(wellKnown)).body;
        expect(issuer).toBe(each.issuer);
        expect(issuer).not.toMatch(/\/$/);
        const { body } = await each.grant(await each.client());
        expect(partsOf(body.access_token).claims['iss']).toBe(issuer);
      }
    },
  },
  {
    ...ours('§3.3', 87),
    behaviour: 'nothing is taken from Host, Forwarded or X-Forwarded-Host',
    shows: async () => {
      const { body: plain } = await server.get(wellKnown);
      const client = await server.client();
      for (const host of ['evil.example', 'evil@x', 'localhost:1', '']) {
        const head = `GET ${wellKnown} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example\r\nConnection: close\r\n\r\n`;
        const answer = await server.raw(head);
        expect([answer.status, JSON.parse(answer.body)]).toEqual([200, plain]);
        const authorization = `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`;
        const token = await server.raw(
          `POST /token HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nAuthorization: ${authorization}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\nConnection: close\r\n\r\ngrant_type=client_credentials`,
        );
        expect(partsOf(JSON.parse(token.body).access_token).claims['iss']).toBe(server.issuer);
      }
      const refused = await server.raw(
        'POST /token HTTP/1.1\r\nHost: evil@x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      );
      expect(JSON.parse(refused.body).error_uri).toBe(`${server.issuer}/errors#invalid_client`);
    },
  },
  {
    ...must('§3.2', 88),
    behaviour: 'there is no empty list, no null, and no member of what is not built',
    shows: async () => {
      const body = await document();
      for (const value of Object.values(body)) expect([[], null, '']).not.toContainEqual(value);
      const unbuilt = [
        'authorization_endpoint',
        'response_types_supported',
        'code_challenge_methods_supported',
        'authorization_response_iss_parameter_supported',
        'device_authorization_endpoint',
        'registration_endpoint',
        'userinfo_endpoint',
      ];
      expect(unbuilt.filter((name) => name in body)).toEqual([]);
    },
  },
  {
    ...must('§2', 88),
    behaviour: 'grant_types_supported stands there, since its default would claim implicit',
    shows: async () => {
      expect((await document())['grant_types_supported']).toEqual(['client_credentials', 'password', 'refresh_token']);
    },
  },
  {
    ...must('§2', 88),
    behaviour:
      'authentication methods and, because of the JWT among them, signing algorithms are listed for every endpoint; none is not among them',
    shows: async () => {
      const body = await document();
      const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
      for (const [endpoint, listed] of [
        ['token', [...methods, 'none']],
        ['revocation', [...methods, 'none']],
        ['introspection', [...methods, 'Bearer']],
      ] as const) {
        expect(body[`${endpoint}_endpoint_auth_methods_supported`]).toEqual(listed);
        const algorithms: readonly string[] = body[`${endpoint}_endpoint_auth_signing_alg_values_supported`];
        expect(algorithms).toEqual(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']);
      }
    },
  },
  {
    ...must('§2', 88),
    behaviour: 'every URL in the document begins with the issuer and answers',
    shows: async () => {
      for (const each of [server, below]) {
        const { body } = await each.get(wellKnown);
        const urls = Object.entries<unknown>(body).filter(([name]) => /(_endpoint|_uri)$/.test(name));
        expect(urls.map(([name]) => name).sort()).toEqual([
          'introspection_endpoint',
          'jwks_uri',
          'revocation_endpoint',
          'token_endpoint',
        ]);
        for (const [name, url] of urls) {
          expect(String(url).startsWith(`${each.issuer}/`)).toBe(true);
          const answer = await fetch(String(url), { method: name === 'jwks_uri' ? 'GET' : 'POST' });
          expect(answer.status).toBe(name === 'jwks_uri' ? 200 : 401);
        }
      }
    },
  },
  {
    ...should('§3', 86),
    behaviour: 'the document may be kept for a while, and asked for again by its ETag',
    shows: async () => {
      const { headers } = await server.get(wellKnown);
      expect(headers.get('cache-control')).toMatch(/^public, max-age=[1-9][0-9]*$/);
      expect((await server.get(wellKnown, { 'if-none-match': headers.get('etag') ?? '' })).status).toBe(304);
    },
  },
  {
    ...ours('§3', 86),
    behaviour: 'OpenID Connect readers get the same document',
    shows: async () => expect((await server.get(openid)).text).toBe((await server.get(wellKnown)).text),
  },
  {
    ...must('§3.3', 86),
    behaviour: 'a client library finds everything and gets a token by what it found',
    shows: async () => {
      const oauth = await import('oauth4webapi');
      const plain = { [oauth.allowInsecureRequests]: true }; // eslint-disable-line @typescript-eslint/no-deprecated -- a loopback server without TLS
      for (const each of [server, below]) {
        const url = new URL(each.issuer);
        const found = await oauth.processDiscoveryResponse(
          url,
          await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...plain }),
        );
        const { clientId, clientSecret } = await each.client();
        const answer = await oauth.clientCredentialsGrantRequest(
          found,
          { client_id: clientId },
          oauth.ClientSecretBasic(clientSecret),
          { scope: 'test' },
          plain,
        );
        const token = await oauth.processClientCredentialsResponse(found, { client_id: clientId }, answer);
        expect(token).toMatchObject({ token_type: 'bearer', scope: 'test', expires_in: 3600 });
      }
    },
  },
]);
