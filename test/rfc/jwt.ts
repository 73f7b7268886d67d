import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** Keys of a client, one for each algorithm; a `kid` is the name of its algorithm. */
export const clientKeys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const;
export type Alg = keyof typeof clientKeys;
export const algs: readonly Alg[] = ['ES256', 'RS256', 'EdDSA'];

/** The public half of them, as a key set takes it. */
export const clientJwks = (...names: readonly Alg[]): string =>
  JSON.stringify({
    keys: names.map((alg) => ({ ...clientKeys[alg].publicKey.export({ format: 'jwk' }), alg, kid: alg })),
  });

const encoded = (part: object | string): string => {
  if (Buffer.isBuffer(part)) return part.toString('base64url');
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
};

/** A compact JWS by the algorithm of the key, whatever the header says. Texts and bytes stand in it as they are. */
export const signedBy = (key: KeyObject, header: object | string, payload: object | string): string => {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const isEd = key.asymmetricKeyType === 'ed25519';
  const signature = sign(isEd ? undefined : 'sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
};

/** A compact JWS whose signature is an HMAC: what an attacker makes who knows public keys alone. */
export const macedBy = (secret: string | Buffer, header: object, payload: object): string => {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

/** Header and claims, without a look at the signature. */
export const partsOf = (
  jwt: string,
): { readonly header: Record<string, any>; readonly claims: Record<string, any> } => {
  const [header, claims] = jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
};

/** The same JWS with other members in its header or claims, under the old signature. */
export const altered = (jwt: string, { header = {}, claims = {} }: { header?: object; claims?: object }): string => {
  const parts = partsOf(jwt);
  const [, , signature = ''] = jwt.split('.');
  return [encoded({ ...parts.header, ...header }), encoded({ ...parts.claims, ...claims }), signature].join('.');
};
