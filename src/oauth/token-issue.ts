import type { Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import type { Secret } from '../model/secret.js';
import type { Authorisation } from './grant.js';

/** A decision that a token may be had, ready to be carried out. */
export interface TokenIssue {
  readonly requestId: string;
  /** When the request arrived. */
  readonly arrivedAt: EpochMillis;
  /** As read before the credentials were checked. */
  readonly client: Client;
  /** The client secret that authenticated; absent where none did. */
  readonly secretId?: string | undefined;
  readonly grantType: GrantName;
  readonly authorisation: Authorisation;
}

export interface IssuedTokens {
  readonly accessToken: Secret;
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[];
  /** Undefined where the client has none. */
  readonly refreshToken: Secret | undefined;
}
