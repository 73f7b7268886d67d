import type { Keyring } from '../crypto/keyring.js';
import type { PasswordHasher } from '../crypto/password-hasher.js';
import type { Clock } from '../model/clock.js';
import type { Store } from '../store/port/store.js';

/** What the use cases of users need; handed over by the composition root. */
export interface UserDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly passwordHasher: PasswordHasher;
}
