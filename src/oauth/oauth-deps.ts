import type { Keyring } from '../crypto/keyring.js';
import type { PasswordHasher } from '../crypto/password-hasher.js';
import type { SigningKeys } from '../crypto/signing-keys.js';
import type { Clock, EpochMillis } from '../model/clock.js';
import type { Store } from '../store/port/store.js';

/** What the protocol needs; handed over by the composition root. */
export interface OAuthDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly signingKeys: SigningKeys;
  readonly passwordHasher: PasswordHasher;
  /** The configured issuer identifier, without a trailing slash. */
  readonly issuer: string;
  /** Remembers that a client or secret was used; written to the store late. */
  readonly noteUse: (id: string, at: EpochMillis) => void;
  /** Logs and counts a token issued or refused. */
  readonly events: TokenEvents;
}

export interface TokenEvents {
  issued(event: { readonly requestId: string; readonly clientId: string; readonly grantType: string }): void;
  refused(event: {
    readonly requestId: string;
    readonly code: string;
    readonly detail?: string;
    readonly grantType?: string;
    readonly clientId?: string;
  }): void;
}
