import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { refuseStart } from '../configuration/problem.js';
import type { Config } from '../config.js';
import { isGuessable } from '../crypto/guessable-key.js';
import type { Keyring } from '../crypto/keyring.js';
import type { Log } from '../model/log.js';
import { Secret } from '../model/secret.js';
import type { Store } from '../store/port/store.js';
import { readOrMakePrivateFile } from './private-file.js';

export interface SecretKeys {
  /** 32 bytes each in base64url; the first writes, all read. */
  readonly secretKeys: readonly Secret[];
  /** Where the key is kept that development made; absent: they were given. */
  readonly secretKeyFile?: string;
}

/** The keys of `TALLYGATE_SECRET_KEY`; development makes one in the data folder. */
export const secretKeysOf = ({ secretKey, dataDir }: Config, log: Log): SecretKeys => {
  if (secretKey !== undefined) {
    // Not refused: a store may have been written with it. Behind a new key it only reads.
    if (secretKey.slice(0, 1).some(isGuessable)) log.warn({}, 'secret_key_guessable');
    return { secretKeys: secretKey };
  }
  const path = join(dataDir, 'secret.key');
  const key = readOrMakePrivateFile(path, () => `${randomBytes(32).toString('base64url')}\n`);
  if (Buffer.from(key, 'base64url').length !== 32) {
    throw refuseStart(`${path} is damaged: it must hold 32 bytes in base64url.`);
  }
  return { secretKeys: [new Secret(key)], secretKeyFile: path };
};

const checkedText = 'tallygate';
const nameOf = (number: number): string => (number === 1 ? 'secret-key-check' : `secret-key-check.${number}`);

/**
 * Makes sure that the secret keys are those of the store: they fit its check value and open its signing keys.
 * @throws StartRefused when they do not
 */
export const checkSecretKeys = async (store: Store, keyring: Keyring, secretKeyFile?: string): Promise<void> => {
  if (!(await readsNewestCheck(store, keyring))) throw keyDoesNotFit(secretKeyFile);
  const records = (await store.signingKeys.list()).filter(({ withdrawnAt }) => withdrawnAt === undefined);
  if (!records.every(({ encryptedPrivateKey }) => opens(keyring, encryptedPrivateKey))) throw keyIsMissing();
};

/**
 * Compares the keys with the check values that the store holds: one for each key that was ever the first, in that order. Whoever can read
 * the newest one fits; a new first key leaves its own.
 */
const readsNewestCheck = async ({ settings }: Store, keyring: Keyring): Promise<boolean> => {
  const own = keyring.digest('check', checkedText);
  let newest = await settings.claim(nameOf(1), own);
  let number = 1;
  for (;;) {
    const next = await settings.find(nameOf(number + 1));
    if (next === undefined && newest === own) return true;
    if (next === undefined && !keyring.matches('check', checkedText, newest)) return false;
    newest = next ?? (await settings.claim(nameOf(number + 1), own));
    number += 1;
  }
};

const keyDoesNotFit = (secretKeyFile: string | undefined): Error =>
  refuseStart(
    secretKeyFile === undefined
      ? 'TALLYGATE_SECRET_KEY is not the key that this store was written with: give that one, alone or behind a comma after a new one.'
      : `${secretKeyFile} is not the key that this store was written with; if that one was lost, a start has made another. Put the old file back, or set TALLYGATE_SECRET_KEY. Without the key the store is of no use: name another, or move it away, to begin anew.`,
  );

const opens = (keyring: Keyring, sealed: string): boolean => {
  try {
    return keyring.decrypt('signing-key', sealed) !== '';
  } catch {
    return false; // sealed with a key that we do not have
  }
};

const keyIsMissing = (): Error =>
  refuseStart(
    'A signing key of this store is sealed with a key that TALLYGATE_SECRET_KEY lacks: put that one back behind the others, until rotateSigningKey has replaced the signing key and its tokens have expired.',
  );
