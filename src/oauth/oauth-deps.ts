import type { Keyring } from '../crypto/keyring.js';
import type { PasswordHasher } from '../crypto/password-hasher.js';
import type { SigningKeys } from '../crypto/signing-keys.js';
import type { Client } from '../model/application.js';
import type { Clock, EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import type { Store } from '../store/port/store.js';
import type { OAuthErrorCode } from './oauth-error.js';

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

/** Whose refusals are told: those that clients authenticate at. */
export type RefusedEndpoint = 'token' | 'revoke' | 'introspect';

/** Called after the answer is decided; never throws, never waits. */
export interface TokenEvents {
  issued(event: {
    readonly requestId: string;
    readonly at: EpochMillis;
    readonly client: Client;
    readonly grantType: GrantName;
    /** Absent: the client got a token for itself. */
    readonly userId?: string | undefined;
  }): void;
  refused(event: {
    readonly requestId: string;
    readonly at: EpochMillis;
    readonly endpoint: RefusedEndpoint;
    readonly remoteAddress?: string | undefined;
    readonly code: OAuthErrorCode;
    readonly detail?: string | undefined;
    /** The client that could not authenticate, where there is one of this id. */
    readonly claimedClientId?: string | undefined;
    /** Only after the client has authenticated: nobody else's refusals count against an application. */
    readonly client?: Client | undefined;
    readonly grantType?: GrantName | undefined;
  }): void;
}
