// Calls offline.js as applications would.
import assert from 'node:assert/strict';
import { server } from './offline.js';

const { TG_ISSUER, TG_KEY, TG_SECRET } = process.env;

const tokenWith = async (scope) => {
  const response = await fetch(`${TG_ISSUER}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${TG_KEY}:${TG_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  return (await response.json()).access_token;
};
const call = async (headers) => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
  return { status: response.status, challenge: response.headers.get('www-authenticate'), text: await response.text() };
};
const callWith = (token) => call({ authorization: `Bearer ${token}` });

const token = await tokenWith('test');
const [header, claims, signature] = token.split('.');
const altered = (text) => Buffer.from(JSON.stringify(text)).toString('base64url');

assert.deepEqual(await callWith(token), { status: 200, challenge: null, text: `{"hello":"${TG_KEY}"}` });
assert.equal((await call({})).challenge, 'Bearer');
for (const bad of [
  'garbage',
  `${header}.${claims}.${'A'.repeat(signature.length)}`,
  `${altered({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
  `${header}.${altered({ iss: TG_ISSUER, aud: TG_ISSUER, exp: 4102444800 })}.${signature}`,
]) {
  assert.deepEqual(await callWith(bad), { status: 401, challenge: 'Bearer error="invalid_token"', text: '' });
}
const weak = await callWith(await tokenWith('default'));
assert.equal(weak.status, 403);
assert.equal(weak.challenge, 'Bearer error="insufficient_scope", scope="test"');
server.close();
