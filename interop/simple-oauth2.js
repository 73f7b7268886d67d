// simple-oauth2 5: it knows no discovery, so the endpoints come from the metadata by hand, and no introspection.
import assert from 'node:assert/strict';
import { ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = process.env;

const metadata = await (await fetch(`${TG_ISSUER}/.well-known/oauth-authorization-server`)).json();
const pathOf = (url) => new URL(url).pathname;
const config = {
  client: { id: TG_KEY, secret: TG_SECRET },
  auth: {
    tokenHost: TG_ISSUER,
    tokenPath: pathOf(metadata.token_endpoint),
    revokePath: pathOf(metadata.revocation_endpoint),
  },
};

const own = await new ClientCredentials(config).getToken({ scope: ['default', 'test'] });
assert.equal(own.token.scope, 'default test');
assert.equal(own.expired(), false);

const users = new ResourceOwnerPassword(config);
const first = await users.getToken({ username: TG_USERNAME, password: TG_PASSWORD });

// A refresh token is exchanged once: go on with what refresh() returns.
const second = await first.refresh();
assert.notEqual(second.token.refresh_token, first.token.refresh_token);

// Ends everything that came of the sign-in. `revokeAll` would revoke the access token first; this one call is enough.
await second.revoke('refresh_token');

// A refusal is a Boom error: the status in `output`, the answer in `data.payload`.
await assert.rejects(second.refresh(), (error) => {
  assert.equal(error.output.statusCode, 400);
  assert.equal(error.data.payload.error, 'invalid_grant');
  assert.equal(error.data.payload.error_uri, `${TG_ISSUER}/errors#invalid_grant`);
  return true;
});
