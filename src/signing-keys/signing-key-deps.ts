import type { Keyring } from '../crypto/keyring.js';
import type { SigningKeys } from '../crypto/signing-keys.js';
import type { Clock } from '../model/clock.js';
import type { Store } from '../store/port/store.js';

/** What the use cases of signing keys need; handed over by the composition root. */
export interface SigningKeyDeps {
  readonly store: Pick<Store, 'signingKeys' | 'audit'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly signingKeys: SigningKeys;
}
