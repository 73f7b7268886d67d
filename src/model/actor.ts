import type { EpochMillis } from './clock.js';

/** Who calls the management API: an authenticated access token and the request that carried it. */
export interface Actor {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: EpochMillis;
  readonly requestId: string;
  readonly remoteAddress?: string;
}
