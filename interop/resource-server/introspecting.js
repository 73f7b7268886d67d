// Asks Tallygate about every token, so that a revoked one is refused at once and opaque ones work. Behind a gateway it is the
// service that says yes (200, with who it is in headers) or no (401, 403).
import { createServer } from 'node:http';

const { TG_ISSUER, TG_API_KEY, TG_API_SECRET, PORT = '0' } = process.env;
const audience = TG_ISSUER; // the API's own name, where the keys name one
const neededScope = 'test';

const metadata = await (await fetch(`${TG_ISSUER}/.well-known/oauth-authorization-server`)).json();

const introspect = async (token) => {
  const response = await fetch(metadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${TG_API_KEY}:${TG_API_SECRET}`)}` },
    body: new URLSearchParams({ token }),
    signal: AbortSignal.timeout(5000),
  });
  // Anything but 200 says nothing about the token: wrong credentials of this server, or Tallygate is away.
  if (response.status !== 200) throw new Error(`introspection answered ${response.status}`);
  return response.json();
};

const refuse = (response, status, challenge) => response.writeHead(status, { 'www-authenticate': challenge }).end();

const isForUs = ({ active, aud, environment }) =>
  active === true && [aud].flat().includes(audience) && environment === 'PRODUCTION';

const answer = async (request, response) => {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return refuse(response, 401, 'Bearer');
  const seen = await introspect(token);
  if (!isForUs(seen)) return refuse(response, 401, 'Bearer error="invalid_token"');
  if (!seen.scope.split(' ').includes(neededScope)) {
    return refuse(response, 403, `Bearer error="insufficient_scope", scope="${neededScope}"`);
  }
  response.writeHead(200, { 'x-token-sub': seen.sub, 'x-token-client-id': seen.client_id }).end();
};

export const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(503).end());
}).listen(Number(PORT), '127.0.0.1');
