import { signingAlgorithms } from '../model/application.js';
import type { SigningKeyDeps } from './signing-key-deps.js';

/**
 * Takes over the signing keys that the store holds now, and makes the first key of every algorithm, before anybody asks for it: one that
 * signs at once is unknown to all who keep a copy of the JWKS. Idempotent, safe on many servers.
 */
export const publishKeys = async ({ signingKeys }: Pick<SigningKeyDeps, 'signingKeys'>): Promise<void> => {
  await signingKeys.refresh();
  for (const algorithm of signingAlgorithms) await signingKeys.ensure(algorithm);
};
