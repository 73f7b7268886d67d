import type { Keyring } from '../crypto/keyring.js';
import type { SigningKeys } from '../crypto/signing-keys.js';
import type { Clock } from '../model/clock.js';
import type { Store } from '../store/port/store.js';

/** What the use cases of applications and keys need; handed over by the composition root. */
export interface ApplicationDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly signingKeys: Pick<SigningKeys, 'ensure'>;
  readonly issuer: string;
}
