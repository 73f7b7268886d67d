import type { RequestListener } from 'node:http';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { createPasswordHasher } from './crypto/hash-pool.js';
import { openSigningKeys } from './crypto/key-store.js';
import { createKeyring, type Keyring } from './crypto/keyring.js';
import { forgetUsage } from './forget-usage.js';
import { createApp, type AppParts } from './http/app.js';
import { csvRoute } from './http/csv-route.js';
import { withFrontPage } from './http/front-page.js';
import { graphqlDocuments } from './http/graphql-documents.js';
import { graphqlRoute } from './http/graphql-route.js';
import { healthRoutes } from './http/health.js';
import { remoteAddressOf } from './http/remote-address.js';
import { lazyGraphql } from './lazy-graphql.js';
import type { Job } from './jobs.js';
import type { Metrics } from './metrics.js';
import { hourMillis } from './model/clock.js';
import type { Log } from './model/log.js';
import { createEndpoints } from './oauth/endpoints/index.js';
import type { OAuthDeps } from './oauth/oauth-deps.js';
import { publishKeys } from './signing-keys/publish-keys.js';
import { removeOutlivedKeys } from './signing-keys/remove-outlived-keys.js';
import { checkSecretKeys, type SecretKeys } from './start/secret-keys.js';
import { createActivityRecorder, type ActivityRecorder } from './statistics/activity-recorder.js';
import type { Store } from './store/port/store.js';
import { tokenEvents } from './token-events.js';
import { createUsageNotes, type UsageNotes } from './usage-notes.js';

/** What the product is made of once its store is open. */
export interface Parts extends SecretKeys {
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly issuer: string;
  readonly trustedProxies: readonly string[];
  /** IANA name. */
  readonly statisticsTimeZone: string;
  readonly version: string;
  readonly isReady: () => Promise<boolean>;
  readonly isStopping: () => boolean;
}

export interface Composition {
  /** Answers every request of the public listener. */
  readonly handler: RequestListener;
  readonly oauth: OAuthDeps;
  /** What is to be done again and again. */
  readonly jobs: readonly Job[];
  /** Makes what the first token does not need, the management API: its requests wait until then. */
  makeRest(): Promise<void>;
  /** Brings figures that wait in memory to the store. */
  flush(): Promise<void>;
  /** After the last answer. The store stays open. */
  close(): Promise<void>;
}

/**
 * Puts the product together: who gets what is decided here and nowhere else.
 * @throws StartRefused when the secret keys do not fit the store   @throws StoreUnavailable
 */
export const compose = async (parts: Parts): Promise<Composition> => {
  const { store, log, statisticsTimeZone, version } = parts;
  const keyring = createKeyring(parts.secretKeys);
  await checkSecretKeys(store, keyring, parts.secretKeyFile);
  const notes: Notes = { recorder: createActivityRecorder({ store, log }), usage: createUsageNotes(store) };
  const oauth = await oauthDepsOf(parts, keyring, notes);
  const graphql = lazyGraphql({ oauth, statisticsTimeZone, version, log });
  return {
    handler: appOf(parts, {
      endpoints: [...createEndpoints(oauth), ...graphqlDocuments()],
      routes: [
        graphqlRoute(async (context) => (await graphql.ready()).answer(context)),
        csvRoute({ oauth, statisticsTimeZone }),
        ...healthRoutes(parts.isReady),
      ],
    }),
    oauth,
    makeRest: () => graphql.begin(),
    jobs: jobsOf(oauth, notes),
    flush: () => flush(notes),
    close: async () => {
      await graphql.stop();
      await oauth.passwordHasher.close();
    },
  };
};

/** What waits in memory for the store. */
interface Notes {
  readonly recorder: ActivityRecorder;
  readonly usage: UsageNotes;
}

const oauthDepsOf = async (
  { store, log, metrics, issuer }: Parts,
  keyring: Keyring,
  { recorder, usage }: Notes,
): Promise<OAuthDeps> => ({
  store,
  clock: store.clock,
  keyring,
  signingKeys: await openSigningKeys({ store, keyring, clock: store.clock }),
  passwordHasher: createPasswordHasher({ threads: availableParallelism(), queueLimit: 16 }),
  issuer,
  noteUse: (id, at) => usage.note(id, at),
  events: tokenEvents({ log, metrics, recorder }),
});

const jobsOf = (oauth: OAuthDeps, { recorder, usage }: Notes): readonly Job[] => [
  { name: 'flush activity', everyMillis: 1000, run: () => recorder.flush() },
  { name: 'flush usage', everyMillis: 10_000, run: () => usage.flush() },
  { name: 'publish signing keys', everyMillis: 5000, run: () => publishKeys(oauth) },
  { name: 'remove outlived signing keys', everyMillis: hourMillis, run: () => removeOutlivedKeys(oauth) },
  { name: 'forget usage', everyMillis: 24 * hourMillis, run: () => forgetUsage(oauth.store) },
  { name: 'sweep', everyMillis: 30_000, run: () => sweep(oauth.store) },
];

const flush = async ({ recorder, usage }: Notes): Promise<void> => {
  await recorder.flush();
  await usage.flush();
};

const appOf = (
  { store, log, metrics, issuer, trustedProxies, isStopping }: Parts,
  served: Pick<AppParts, 'endpoints' | 'routes'>,
): RequestListener =>
  createApp({
    ...withFrontPage(issuer, served),
    issuer,
    log,
    share: store.requestTime?.share,
    isPublicOrigin: (origin) => store.applications.isPublicOrigin(origin),
    isStopping,
    remoteAddressOf: remoteAddressOf(trustedProxies),
    noteAnswer: (label, status, seconds) => metrics.noteAnswer(label, status, seconds),
  });

/** Steps are short; between them others have their turn. What is left is the next round's. */
const sweep = async (store: Store): Promise<void> => {
  const at = store.clock();
  for (let step = 0; step < 200 && (await store.sweep(at)) > 0; step += 1) await setImmediate();
};
