// oauth4webapi 3: the same calls one level lower, and its validator of JWT access tokens (RFC 9068).
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = process.env;

const issuer = new URL(TG_ISSUER);
const client = { client_id: TG_KEY };
const authentication = oauth.ClientSecretBasic(TG_SECRET);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }),
);

const own = await oauth.processClientCredentialsResponse(
  server,
  client,
  await oauth.clientCredentialsGrantRequest(server, client, authentication, { scope: 'test' }),
);
assert.equal(own.scope, 'test');

const signIn = async (password) => {
  const form = { username: TG_USERNAME, password };
  const response = await oauth.genericTokenEndpointRequest(server, client, authentication, 'password', form);
  return oauth.processGenericTokenEndpointResponse(server, client, response);
};
const first = await signIn(TG_PASSWORD);
const second = await oauth.processRefreshTokenResponse(
  server,
  client,
  await oauth.refreshTokenGrantRequest(server, client, authentication, first.refresh_token),
);
assert.notEqual(second.refresh_token, first.refresh_token);

// A resource server: signature, typ, issuer, audience and end of the token that a request carries. The audience is the issuer
// unless the keys name others.
const call = (token) => new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } });
const claims = await oauth.validateJwtAccessToken(server, call(second.access_token), TG_ISSUER);
assert.equal(claims.client_id, TG_KEY);
assert.match(claims.sub, /^usr_/);
await assert.rejects(oauth.validateJwtAccessToken(server, call(second.access_token), 'https://another.example'));
await assert.rejects(
  oauth.validateJwtAccessToken(server, call(`${second.access_token.slice(0, -8)}AAAAAAAA`), TG_ISSUER),
);

const introspect = async (token) => {
  const response = await oauth.introspectionRequest(server, client, authentication, token);
  return oauth.processIntrospectionResponse(server, client, response);
};
assert.equal((await introspect(second.access_token)).sub, claims.sub);
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, authentication, second.access_token),
);
assert.deepEqual(await introspect(second.access_token), { active: false });

await assert.rejects(signIn('wrong'), (error) => {
  assert.ok(error instanceof oauth.ResponseBodyError);
  assert.equal(error.error, 'invalid_grant');
  return true;
});

// A wrong client id or secret is another class, and its reason still stands in the body of `response`.
const strange = oauth.ClientSecretBasic('wrong');
const refused = await oauth.clientCredentialsGrantRequest(server, client, strange, {});
const challenge = await oauth.processClientCredentialsResponse(server, client, refused).catch((error) => error);
assert.ok(challenge instanceof oauth.WWWAuthenticateChallengeError);
assert.equal((await challenge.response.json()).error, 'invalid_client');
