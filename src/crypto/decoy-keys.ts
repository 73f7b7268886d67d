import type { JwsAlgorithm } from './jws.js';
import { keyNamed, type ClientKey } from './public-jwks.js';

/** Nobody's keys, the examples of RFC 7515 App. A.3 and RFC 8037 App. A: what they verify counts for nothing. */
const ec = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const okp = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

/** Of the sizes that clients may have: to verify with, any odd number of the length is as much work. */
const rsaOf = (bytes: number): object => ({
  kty: 'RSA',
  n: Buffer.alloc(Math.min(Math.max(bytes, 256), 512), 0xd5).toString('base64url'),
  e: 'AQAB',
});

const jwkFor: Readonly<Record<JwsAlgorithm, (signatureBytes: number) => object>> = {
  ES256: () => ec,
  RS256: rsaOf,
  PS256: rsaOf,
  EdDSA: () => okp,
};

/**
 * A key for signatures of whom there is no key of, made anew like one of a client. It is of the size that the signature asks for: a client's
 * own key is taken for signatures of its size alone, so that the time depends on the request and not on who is there.
 */
export const decoyFor = (alg: JwsAlgorithm, signatureBytes: number): ClientKey => {
  const jwk = jwkFor[alg](signatureBytes);
  const key = keyNamed(JSON.stringify({ keys: [{ ...jwk, alg }] }), { kid: undefined, alg });
  if (key === undefined) throw new Error(`The decoy for ${alg} is no key.`);
  return key;
};
