// openid-client 6: everything by discovery, every grant, introspection, revocation, an error.
import assert from 'node:assert/strict';
import * as client from 'openid-client';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = process.env;

// The server speaks OAuth, not OpenID Connect: without `algorithm` the library would look for OpenID metadata.
const config = await client.discovery(new URL(TG_ISSUER), TG_KEY, undefined, client.ClientSecretBasic(TG_SECRET), {
  algorithm: 'oauth2',
});

// The application for itself.
const own = await client.clientCredentialsGrant(config, { scope: 'test' });
assert.equal(own.token_type, 'bearer');
assert.equal(own.scope, 'test');
assert.ok([3599, 3600].includes(own.expiresIn())); // what is left of it

// A user, by name and password.
const credentials = { username: TG_USERNAME, password: TG_PASSWORD };
const first = await client.genericGrantRequest(config, 'password', credentials);

// A refresh token is exchanged once, for the next one: keep the new one.
const second = await client.refreshTokenGrant(config, first.refresh_token);
assert.notEqual(second.refresh_token, first.refresh_token);

// What a token is worth now.
const seen = await client.tokenIntrospection(config, second.access_token);
assert.equal(seen.active, true);
assert.equal(seen.username, TG_USERNAME);
assert.equal(seen.environment, 'PRODUCTION');

// Signing out: with the refresh token everything ends that came of the sign-in.
await client.tokenRevocation(config, second.refresh_token);
assert.deepEqual(await client.tokenIntrospection(config, second.access_token), { active: false });

// A refusal with 400 is a ResponseBodyError: the code, the sentence, and in `cause` the answer as it was sent.
const wrong = client.genericGrantRequest(config, 'password', { ...credentials, password: 'wrong' });
await assert.rejects(wrong, (error) => {
  assert.ok(error instanceof client.ResponseBodyError);
  assert.equal(error.status, 400);
  assert.equal(error.error, 'invalid_grant');
  assert.equal(error.cause.error_uri, `${TG_ISSUER}/errors#invalid_grant`);
  return true;
});

// A wrong client id or secret is 401, and another class: it says nothing of the reason, which still stands in the body of `response`.
const stranger = await client.discovery(new URL(TG_ISSUER), TG_KEY, undefined, client.ClientSecretBasic('wrong'), {
  algorithm: 'oauth2',
});
const challenge = await client.clientCredentialsGrant(stranger).catch((error) => error);
assert.ok(challenge instanceof client.WWWAuthenticateChallengeError);
assert.equal(challenge.status, 401);
assert.equal((await challenge.response.json()).error, 'invalid_client');
