import { createApp } from '../../src/http/app.js';
import { openListener, type Listener } from '../../src/http/listener.js';
import { remoteAddressOf } from '../../src/http/remote-address.js';
import type { Route } from '../../src/http/route.js';
import type { Endpoint } from '../../src/oauth/endpoints/endpoint.js';
import { closeAtTheEnd } from '../support/left-open.js';
import { recordingLog, type LogEntry } from '../support/recording-log.js';

export interface AppUnderTest {
  readonly port: number;
  readonly url: string;
  /** Events that were logged, with their fields. */
  readonly logged: readonly LogEntry[];
  readonly answers: readonly { readonly label: string; readonly status: number }[];
  stopping: boolean;
  readonly listener: Listener;
  close(): Promise<void>;
}

/** No page names these. */
export type TestRoute = Omit<Route, 'signpost'>;

interface Options {
  readonly endpoints?: readonly Endpoint[];
  readonly routes?: readonly TestRoute[];
  readonly issuer?: string;
  readonly trustedProxies?: readonly string[];
  readonly publicOrigins?: readonly string[];
}

/** An endpoint that answers with what it saw. */
export const echo: Endpoint = {
  paths: ['/token', '/oauth2/token'],
  method: 'POST',
  cors: 'public_clients',
  signpost: undefined,
  handle: (request) =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, body: request.body.toString() }),
    }),
};

export const document: Endpoint = {
  paths: ['/.well-known/jwks.json'],
  method: 'GET',
  cors: 'everybody',
  signpost: undefined,
  handle: () => Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"keys":[]}' }),
};

export const openApp = async (options: Options = {}): Promise<AppUnderTest> => {
  const { log, logged } = recordingLog();
  const answers: { label: string; status: number }[] = [];
  const app = { stopping: false };
  const issuer = options.issuer ?? 'https://issuer.example';
  const handler = createApp({
    endpoints: options.endpoints ?? [echo, document],
    routes: (options.routes ?? []).map((route) => ({ ...route, signpost: undefined })),
    issuer,
    log,
    isPublicOrigin: (origin) => Promise.resolve(options.publicOrigins?.includes(origin) ?? false),
    isStopping: () => app.stopping,
    remoteAddressOf: remoteAddressOf(options.trustedProxies ?? []),
    noteAnswer: (label, status) => void answers.push({ label, status }),
  });
  const place = { host: '127.0.0.1', port: 0, issuerOf: () => issuer, log };
  const listener = await openListener(place, handler);
  const close = () => listener.stop(0);
  closeAtTheEnd(close);
  return Object.assign(app, {
    port: listener.port,
    url: `http://127.0.0.1:${listener.port}`,
    logged,
    answers,
    listener,
    close,
  });
};
