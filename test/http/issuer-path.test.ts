import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ issuerPath: '/auth' });
});
afterAll(() => server.close());

/** RFC 8414 §3.1 inserts the well-known part before the path; OpenID Connect Discovery appends it. */
it.each([
  '/.well-known/oauth-authorization-server/auth',
  '/auth/.well-known/oauth-authorization-server',
  '/auth/.well-known/openid-configuration',
  '/.well-known/openid-configuration/auth',
])('serves the metadata of an issuer with a path at %s', async (path) => {
  const { status, body } = await server.get(path);
  expect(status).toBe(200);
  expect(body.issuer).toBe(`${server.url}/auth`);
});

it('answers at every address that its metadata names', async () => {
  const { body } = await server.get('/.well-known/oauth-authorization-server/auth');
  const jwks = await server.get(String(body.jwks_uri).slice(server.url.length));
  expect(jwks).toMatchObject({ status: 200, body: { keys: [expect.anything()] } });
  const token = await server.post(
    String(body.token_endpoint).slice(server.url.length),
    'grant_type=client_credentials',
  );
  expect(token).toMatchObject({ status: 200 });
  for (const name of ['revocation_endpoint', 'introspection_endpoint']) {
    const path = String(body[name]).slice(server.url.length);
    expect(await server.post(path, { token: token.body.access_token })).toMatchObject({ status: 200 });
  }
});

it('answers management and figures below the path too', async () => {
  const { body } = await server.post('/auth/token', 'grant_type=client_credentials&scope=root');
  expect(body.error_uri).toBe(`${server.url}/auth/errors#invalid_scope`);
  expect(await server.get('/auth/errors')).toMatchObject({ status: 200 });
  expect(await server.get('/auth/graphql/schema.graphql')).toMatchObject({ status: 200 });
  expect(await server.get('/auth/statistics/registered-users.csv')).toMatchObject({ status: 401 });
  expect(await server.get('/auth/readyz')).toMatchObject({ status: 200 });
});
