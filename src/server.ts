import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from './config.js';
import { refuseStart, StartRefused } from './configuration/problem.js';
import { createApp, type AppParts } from './http/app.js';
import { frontDoor, type FrontDoor } from './http/front-door.js';
import { withFrontPage } from './http/front-page.js';
import { graphqlDocuments } from './http/graphql-documents.js';
import { graphqlRoute } from './http/graphql-route.js';
import { healthRoutes } from './http/health.js';
import type { Listener } from './http/listener.js';
import { metricsRoute } from './http/metrics-route.js';
import type { Route } from './http/route.js';
import { pathsBelow } from './http/routing-table.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { Log } from './model/log.js';
import { fixedEndpoints } from './oauth/endpoints/index.js';
import { openProduct, type Product } from './open-product.js';
import { certificateOf } from './start/certificate.js';
import { warnOfItsTime } from './start/certificate-files.js';
import { listen, urlOf } from './start/listen.js';
import { privateFolder } from './store/private-folder.js';
import { secretKeysOf, type SecretKeys } from './start/secret-keys.js';
import { registeredUsersMetric } from './statistics/registered-totals.js';
import { StoreUnavailable, type Store } from './store/port/store.js';

export interface ServerOptions {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
}

export interface Server {
  readonly issuer: string;
  /** Of the public listener. */
  readonly port: number;
  /** Absent in development when its port was taken. */
  readonly managementUrl?: string;
  /** Resolves when the product answers (undefined: told to stop before), rejects when the start must stop. */
  readonly ready: Promise<Product | undefined>;
  /** Leaves without losing a request, and writes what waits in memory. */
  stop(): Promise<void>;
}

/**
 * Opens the listeners at once and the product behind them: while its store is away, health is answered and everything else put off.
 * @throws StartRefused when the data folder, the certificate or a listener cannot be had
 */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const basis = await openBasis(options);
  const { state, listener, management, issuer } = basis;
  const ready = openBehind(options, basis);
  const leave = async (): Promise<void> => {
    state.isLeaving = true;
    await pause(drainSeconds(options.config) * 1000);
    state.isClosing = true;
    await listener.stop(options.config.shutdownTimeout * 1000);
    const product = await ready.catch(() => undefined);
    await product?.close();
    await management?.stop(0);
  };
  const { managementHost } = options.config;
  return {
    issuer,
    port: listener.port,
    ...(management === undefined ? {} : { managementUrl: urlOf('http', managementHost, management.port) }),
    ready,
    stop: leave,
  };
};

/** From the fall of readiness to the closing of the listener. */
export const drainSeconds = ({ drainDelay, mode }: Config): number => drainDelay ?? (mode === 'production' ? 3 : 0);

interface State {
  /** Once it is open. */
  store?: Store;
  /** Not ready any more: whoever looks at readiness sends new requests elsewhere. */
  isLeaving: boolean;
  /** The listener is closed: answers end their connections. */
  isClosing: boolean;
}

/** What is there before the store is. */
interface Basis {
  readonly state: State;
  readonly door: FrontDoor;
  readonly listener: Listener;
  readonly management: Listener | undefined;
  readonly issuer: string;
  readonly secretKeys: SecretKeys;
  readonly metrics: Metrics;
}

const openBasis = async ({ config, log }: ServerOptions): Promise<Basis> => {
  const state: State = { isLeaving: false, isClosing: false };
  makeDataFolder(config);
  const now = Date.now();
  const certificate = await certificateOf(config, now);
  if (certificate !== undefined) warnOfItsTime(certificate, now, log);
  const secretKeys = secretKeysOf(config, log);
  const door = frontDoor();
  const scheme = certificate === undefined ? 'http' : 'https';
  const issuerOf = (port: number): string => config.issuer ?? urlOf(scheme, config.host, port);
  const place = { host: config.host, port: config.port, issuerOf, log };
  const listener = await listen(certificate === undefined ? place : { ...place, certificate }, door.handle, {
    setting: '',
    otherPort: config.managementPort,
  });
  const issuer = issuerOf(listener.port);
  const metrics = createMetrics();
  const routes = [...healthRoutes(() => isReady(state)), metricsRoute(metrics)];
  const management = await openManagement(
    { config, log, issuer },
    plainApp({ state, log, issuer }, { endpoints: [], routes }),
  );
  return { state, door, listener, management, issuer, secretKeys, metrics };
};

const isReady = ({ store, isLeaving }: State): Promise<boolean> => {
  if (store === undefined || isLeaving) return Promise.resolve(false);
  return store.ping().then(
    () => true,
    () => false,
  );
};

interface Place {
  readonly state: State;
  readonly log: Log;
  readonly issuer: string;
}

/** What needs no product. */
const plainApp = (
  { state, log, issuer }: Place,
  served: Pick<AppParts, 'endpoints' | 'routes' | 'elsewhere'>,
): RequestListener =>
  createApp({
    ...served,
    issuer,
    log,
    isPublicOrigin: () => Promise.resolve(false),
    isStopping: () => state.isClosing,
    remoteAddressOf: ({ socket }) => socket.remoteAddress,
    noteAnswer: () => undefined,
  });

/** So long a request waits for the product at the start; a store that is away is found to be so earlier. */
const holdMillis = 1500;

const openBehind = async ({ config, log, version }: ServerOptions, basis: Basis): Promise<Product | undefined> => {
  const { state, door, issuer, secretKeys, metrics } = basis;
  const health = healthRoutes(() => isReady(state));
  const waiting = waitingApp({ state, log, issuer }, health);
  const healthPaths = health.flatMap(({ path }) => pathsBelow(issuer, path));
  door.serveAtOnce(healthPaths, waiting);
  const patience = setTimeout(() => door.serveWith(waiting), holdMillis);
  const product = await openProduct({
    config,
    parts: {
      log,
      metrics,
      issuer,
      ...secretKeys,
      trustedProxies: config.trustedProxies ?? [],
      statisticsTimeZone: config.statisticsTimeZone,
      version,
      isReady: () => isReady(state),
      isStopping: () => state.isClosing,
    },
    putOff: () => door.serveWith(waiting),
    isLeaving: () => state.isLeaving,
  }).finally(() => clearTimeout(patience));
  if (product === undefined) return undefined;
  state.store = product.store;
  if (config.metricsPerApplication) measureRegisteredUsers(metrics, product.store);
  door.serveWith(product.handler);
  void product.makeRest(); // what is no want of descriptors ends the process
  return product;
};

/** Answers what needs no store, and puts everything else off. */
const waitingApp = (place: Place, health: readonly Route[]): RequestListener => {
  const away = new StoreUnavailable(undefined);
  return plainApp(
    place,
    withFrontPage(place.issuer, {
      endpoints: [...fixedEndpoints(place.issuer), ...graphqlDocuments()],
      routes: [...health, graphqlRoute(() => Promise.reject(away))],
      elsewhere: away,
    }),
  );
};

const measureRegisteredUsers = (metrics: Metrics, store: Store): void => {
  const read = () => registeredUsersMetric(store);
  metrics.addRegisteredUsers(() => store.requestTime?.share(read) ?? read());
};

const makeDataFolder = ({ mode, databaseUrl, dataDir }: Config): void => {
  if (mode === 'production' && databaseUrl !== undefined) return;
  try {
    privateFolder(dataDir);
  } catch (cause) {
    throw refuseStart('The folder TALLYGATE_DATA_DIR cannot be made or written.', { cause });
  }
};

/** In development its port may be somebody else's: then there are no metrics, and everything else works. */
const openManagement = async (
  { config, log, issuer }: { readonly config: Config; readonly log: Log; readonly issuer: string },
  handler: RequestListener,
): Promise<Listener | undefined> => {
  const { managementHost: host, managementPort: port, mode } = config;
  try {
    const settings = { setting: 'MANAGEMENT_', otherPort: config.port } as const;
    return await listen({ host, port, issuerOf: () => issuer, log }, handler, settings);
  } catch (error) {
    if (mode === 'production' || !(error instanceof StartRefused)) throw error;
    const line = error.problems[0]?.line; // the message says what is wrong, this what to set instead
    log.warn({ reason: error.message, line }, 'no_management_listener');
    return undefined;
  }
};
