import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import type { SigningAlgorithm } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { SigningKeyRecord } from '../model/signing-key.js';
import { jwsNames } from './jws.js';
import type { Keyring } from './keyring.js';
import { slotOf } from './key-schedule.js';

interface Place {
  readonly algorithm: SigningAlgorithm;
  readonly sequence: number;
  readonly createdAt: EpochMillis;
  readonly usableFrom: EpochMillis;
}

/**
 * A new key for a place in the line of its algorithm, its private half sealed; nothing is stored. Of those who want one for the same place at
 * the same moment only one can have it in the end, so they get the same. `kid` is the thumbprint of RFC 7638.
 */
export const newSigningKey = async (
  keyring: Keyring,
  { algorithm, sequence, createdAt, usableFrom }: Place,
): Promise<SigningKeyRecord> => {
  const { publicKey, privateKey } = await keyPairFor(keyring, algorithm, slotOf(algorithm, sequence));
  const id = await calculateJwkThumbprint(publicKey);
  return {
    id,
    slot: slotOf(algorithm, sequence),
    algorithm,
    publicJwk: JSON.stringify({
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      alg: jwsNames[algorithm],
      use: 'sig',
    }),
    encryptedPrivateKey: keyring.encrypt('signing-key', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    createdAt,
    usableFrom,
  };
};

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Key pairs that are being made, by their place: an RSA key takes a processor a tenth of a second and more. */
const underWay = new WeakMap<Keyring, Map<string, Promise<KeyPair>>>();

const keyPairFor = (keyring: Keyring, algorithm: SigningAlgorithm, slot: string): Promise<KeyPair> => {
  const making = underWay.get(keyring) ?? new Map<string, Promise<KeyPair>>();
  underWay.set(keyring, making);
  const known = making.get(slot);
  if (known !== undefined) return known;
  const pair = makers[algorithm]().finally(() => making.delete(slot));
  making.set(slot, pair);
  return pair;
};

const generate = promisify(generateKeyPair);

const makers: Readonly<Record<SigningAlgorithm, () => Promise<KeyPair>>> = {
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  EDDSA: () => generate('ed25519', {}),
};
