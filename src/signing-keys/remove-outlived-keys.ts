import { outlivedKeys } from '../crypto/key-schedule.js';
import type { SigningKeyDeps } from './signing-key-deps.js';

/** Removes the signing keys whose tokens have all expired. Idempotent, safe on many servers; returns how many went. */
export const removeOutlivedKeys = async ({
  store,
  clock,
  signingKeys,
}: Pick<SigningKeyDeps, 'store' | 'clock' | 'signingKeys'>): Promise<number> => {
  const outlived = outlivedKeys(await store.signingKeys.list(), clock());
  if (outlived.length === 0) return 0;
  await store.signingKeys.remove(outlived.map(({ id }) => id));
  await signingKeys.refresh();
  return outlived.length;
};
