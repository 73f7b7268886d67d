// A resource server that verifies tokens offline: it needs the metadata once and the public keys, and asks nobody per request.
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { TG_ISSUER, PORT = '0' } = process.env;
const audience = TG_ISSUER; // the API's own name, where the keys of its clients name one
const neededScope = 'test';

const metadata = await (await fetch(`${TG_ISSUER}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

// What is wrong with a token has one of these codes; that the keys cannot be fetched is no fault of the token.
const isBadToken = ({ code = '' }) => /^ERR_(JWT|JWS)_|^ERR_JWKS_NO_MATCHING_KEY$|^ERR_JOSE_(ALG|NOT)_/.test(code);

const claimsOf = async (token) => {
  try {
    return (await jwtVerify(token, keys, { issuer: TG_ISSUER, audience, typ: 'at+jwt' })).payload;
  } catch (error) {
    if (isBadToken(error)) return undefined;
    throw error;
  }
};

const refuse = (response, status, challenge) => response.writeHead(status, { 'www-authenticate': challenge }).end();

const answer = async (request, response) => {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return refuse(response, 401, 'Bearer');
  const claims = await claimsOf(token);
  if (claims?.environment !== 'PRODUCTION') return refuse(response, 401, 'Bearer error="invalid_token"');
  if (!claims.scope.split(' ').includes(neededScope)) {
    return refuse(response, 403, `Bearer error="insufficient_scope", scope="${neededScope}"`);
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ hello: claims.sub }));
};

export const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(503).end());
}).listen(Number(PORT), '127.0.0.1');
