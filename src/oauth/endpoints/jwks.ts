import { jwksMaxAgeSeconds } from '../../crypto/key-schedule.js';
import type { OAuthDeps } from '../oauth-deps.js';
import type { Endpoint } from './endpoint.js';
import { publicDocument } from './public-document.js';

/** GET /.well-known/jwks.json: the public keys that verify our tokens, now and after the next rotation (RFC 7517 §5). */
export const jwksEndpoint = ({ signingKeys }: OAuthDeps): Endpoint => ({
  paths: ['/.well-known/jwks.json'],
  method: 'GET',
  cors: 'everybody',
  listing: { member: 'jwks_uri' },
  signpost: { group: 'discovery', purpose: 'The public keys that verify access tokens.' },
  handle: (request) =>
    Promise.resolve(
      publicDocument(request, {
        contentType: 'application/json',
        maxAgeSeconds: jwksMaxAgeSeconds,
        body: JSON.stringify({ keys: signingKeys.publicKeys() }),
      }),
    ),
});
