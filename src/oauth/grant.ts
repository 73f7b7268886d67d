import type { Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { TokenFamily } from '../model/token-family.js';
import type { User } from '../model/user.js';
import type { AccessTokenTerms } from './access-token-terms.js';
import type { Form } from './form.js';
import type { OAuthDeps } from './oauth-deps.js';

export interface GrantRequest {
  readonly form: Form;
  readonly client: Client;
  readonly at: EpochMillis;
  /** Absent: as long as it takes. */
  readonly isAwaited?: (() => boolean) | undefined;
}

/** What a grant decided. It reads only, but that a replay ends a family; `issue-tokens` is what writes. */
export interface Authorisation {
  /** Whom the token speaks for; undefined: the client itself. */
  readonly user: User | undefined;
  readonly terms: AccessTokenTerms;
  /** What is spent or opened: nothing (client_credentials), a new family, or a refresh token of an existing one. */
  readonly family:
    | { readonly kind: 'none' }
    | { readonly kind: 'open' }
    | { readonly kind: 'advance'; readonly family: TokenFamily; readonly presentedGeneration: number };
}

export interface Grant {
  /** Whether a public client may use it (RFC 6749 §4.4: client_credentials is for confidential clients). */
  readonly forPublicClients: boolean;
  /** Whether its tokens make the user a registered user of the application. Only the password grant does. */
  readonly registersUser: boolean;
  readonly authorise: (deps: OAuthDeps, request: GrantRequest) => Promise<Authorisation>;
}
