// Calls introspecting.js as applications, or a gateway, would.
import assert from 'node:assert/strict';
import { server } from './introspecting.js';

const { TG_ISSUER, TG_KEY, TG_SECRET } = process.env;

const post = async (path, form) => {
  const response = await fetch(TG_ISSUER + path, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${TG_KEY}:${TG_SECRET}`)}` },
    body: new URLSearchParams(form),
  });
  assert.equal(response.status, 200);
  return response.json();
};
const tokenWith = async (scope) => (await post('/token', { grant_type: 'client_credentials', scope })).access_token;
const call = async (headers) => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
  return { status: response.status, ...Object.fromEntries(response.headers) };
};
const callWith = (token) => call({ authorization: `Bearer ${token}` });

const token = await tokenWith('test');
const good = await callWith(token);
assert.equal(good.status, 200);
assert.equal(good['x-token-client-id'], TG_KEY);

const missing = await call({});
assert.equal(missing.status, 401);
assert.equal(missing['www-authenticate'], 'Bearer');
assert.equal((await callWith('garbage'))['www-authenticate'], 'Bearer error="invalid_token"');

const weak = await callWith(await tokenWith('default'));
assert.equal(weak.status, 403);
assert.equal(weak['www-authenticate'], 'Bearer error="insufficient_scope", scope="test"');

// Revoked is refused with the next request.
await post('/revoke', { token });
assert.equal((await callWith(token)).status, 401);
server.close();
