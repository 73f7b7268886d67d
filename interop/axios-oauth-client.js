// axios-oauth-client 2: one function for each grant; id and secret go in the body. Revocation is a plain axios call.
import assert from 'node:assert/strict';
import axios from 'axios';
import { clientCredentials, ownerCredentials, refreshToken } from 'axios-oauth-client';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_USERNAME, TG_PASSWORD } = process.env;

const { data: metadata } = await axios.get(`${TG_ISSUER}/.well-known/oauth-authorization-server`);
const server = [axios.create(), metadata.token_endpoint, TG_KEY, TG_SECRET];

const own = await clientCredentials(...server)('test');
assert.equal(own.scope, 'test');
assert.equal(own.expires_in, 3600);

const signIn = ownerCredentials(...server);
const first = await signIn(TG_USERNAME, TG_PASSWORD);

// A refresh token is exchanged once, for the next one: keep the new one.
const refresh = refreshToken(...server);
const second = await refresh(first.refresh_token);
assert.notEqual(second.refresh_token, first.refresh_token);

const asClient = { auth: { username: TG_KEY, password: TG_SECRET } };
const post = async (url, form) => (await axios.post(url, new URLSearchParams(form), asClient)).data;
assert.equal((await post(metadata.introspection_endpoint, { token: second.access_token })).active, true);
await post(metadata.revocation_endpoint, { token: second.refresh_token });
assert.deepEqual(await post(metadata.introspection_endpoint, { token: second.access_token }), { active: false });

// A refusal is an AxiosError: the answer is in `response.data`.
await assert.rejects(refresh(second.refresh_token), (error) => {
  assert.ok(axios.isAxiosError(error));
  assert.equal(error.response.status, 400);
  assert.equal(error.response.data.error, 'invalid_grant');
  assert.equal(error.response.data.error_uri, `${TG_ISSUER}/errors#invalid_grant`);
  return true;
});
