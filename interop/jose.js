// jose 6: a remote key set stays right over a planned and an immediate rotation of the signing key.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_ADMIN_KEY, TG_ADMIN_SECRET } = process.env;

const metadata = await (await fetch(`${TG_ISSUER}/.well-known/oauth-authorization-server`)).json();
const tokenOf = async (key, secret, scope) => {
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  return (await response.json()).access_token;
};
const rotate = async (immediately) => {
  const response = await fetch(`${TG_ISSUER}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf(TG_ADMIN_KEY, TG_ADMIN_SECRET, 'settings:write')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      query: 'mutation ($immediately: Boolean!) { rotateSigningKey(input: { immediately: $immediately }) { keyId } }',
      variables: { immediately },
    }),
  });
  return (await response.json()).data.rotateSigningKey.keyId;
};

// By default jose asks for the keys again at most every 30 s, and after 10 minutes at the latest.
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { cooldownDuration: 1000 });
const verify = (token) => jwtVerify(token, keys, { issuer: TG_ISSUER, audience: TG_ISSUER, typ: 'at+jwt' });

const old = await tokenOf(TG_KEY, TG_SECRET, 'test');
assert.equal((await verify(old)).payload.client_id, TG_KEY);

// Planned: the next key is published minutes before it signs, so that nobody who keeps the set for a while is surprised.
const next = await rotate(false);
const during = await tokenOf(TG_KEY, TG_SECRET, 'test');
assert.equal(decodeProtectedHeader(during).kid, decodeProtectedHeader(old).kid);
await verify(during);
await keys.reload();
assert.ok(keys.jwks().keys.some(({ kid }) => kid === next));
await verify(old);

// Immediate, for a key that leaked: the set is fetched anew for the unknown kid, and what the old key signed is refused.
const fresh = await rotate(true);
const after = await tokenOf(TG_KEY, TG_SECRET, 'test');
assert.equal(decodeProtectedHeader(after).kid, fresh);
while (keys.coolingDown) await pause(50); // until it may ask again
await verify(after);
await assert.rejects(verify(old), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
