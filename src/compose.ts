import type { RequestListener } from 'node:http';
import { createPasswordHasher } from './crypto/hash-pool.js';
import { openSigningKeys } from './crypto/key-store.js';
import { createKeyring } from './crypto/keyring.js';
import { createGraphqlService } from './graphql/graphql-service.js';
import { createApp } from './http/app.js';
import { graphqlRoutes } from './http/graphql-route.js';
import type { Clock } from './model/clock.js';
import type { Log } from './model/log.js';
import { createEndpoints } from './oauth/endpoints/index.js';
import type { OAuthDeps, TokenEvents } from './oauth/oauth-deps.js';
import type { Store } from './store/port/store.js';

/** What the product is made of once its store is open. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly issuer: string;
  readonly secretKeys: readonly Buffer[];
  readonly statisticsTimeZone: string;
  readonly events: TokenEvents;
  readonly noteUse: OAuthDeps['noteUse'];
  readonly isStopping: () => boolean;
}

export interface Composition {
  /** Answers every request of the public listener. */
  readonly handler: RequestListener;
  readonly oauth: OAuthDeps;
  close(): Promise<void>;
}
