import type { JwsAlgorithm } from './jws.js';
import { keyNamed, type ClientKey } from './public-jwks.js';

/** Nobody's keys, the examples of RFC 7515 App. A.2 and A.3 and RFC 8037 App. A: what they verify counts for nothing. */
const jwks = {
  ec: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
  rsa: {
    kty: 'RSA',
    n:
      'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_' +
      'YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD' +
      'Zlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
    e: 'AQAB',
  },
  okp: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
};

const setOf = (jwk: object, alg: JwsAlgorithm): string => JSON.stringify({ keys: [{ ...jwk, alg }] });

const sets: Readonly<Record<JwsAlgorithm, string>> = {
  ES256: setOf(jwks.ec, 'ES256'),
  RS256: setOf(jwks.rsa, 'RS256'),
  PS256: setOf(jwks.rsa, 'PS256'),
  EdDSA: setOf(jwks.okp, 'EdDSA'),
};

/** A key of the algorithm, made anew like one of a client: for signatures of whom there is no key of. */
export const decoyFor = (alg: JwsAlgorithm): ClientKey => {
  const key = keyNamed(sets[alg], { kid: undefined, alg });
  if (key === undefined) throw new Error(`The decoy for ${alg} is no key.`);
  return key;
};
