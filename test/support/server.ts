import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../../src/applications/create-application.js';
import { generateKeys } from '../../src/applications/generate-keys.js';
import { compose, type Composition } from '../../src/compose.js';
import { frontDoor } from '../../src/http/front-door.js';
import { openListener } from '../../src/http/listener.js';
import { createMetrics, type Metrics } from '../../src/metrics.js';
import { managementScopes } from '../../src/model/management-scope.js';
import { Secret } from '../../src/model/secret.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { managementClient } from '../../src/start/bootstrap-client.js';
import { ensureClient } from '../../src/start/ensure-client.js';
import { systemActor } from '../../src/start/system-actor.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/port/store.js';
import { createUser } from '../../src/users/create-user.js';
import { manualClock, type ManualClock } from '../store/opened-stores.js';
import { closeAtTheEnd } from './left-open.js';
import { recordingLog, type LogEntry } from './recording-log.js';
import { secretKey } from './secret-key.js';

export interface TestServerOptions {
  /** An open store, which stays open; absent: a fresh embedded one that goes with the server. */
  readonly store?: Store;
  /** `manual` (the default) stands still until it is moved; only for the fresh store. */
  readonly clock?: 'manual' | 'real';
  /** Path of the issuer, like `/auth`. */
  readonly issuerPath?: string;
  /** Of a second server on the same store: the issuer of the first. */
  readonly issuer?: string;
  readonly trustedProxies?: readonly string[];
  readonly statisticsTimeZone?: string;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of JSON answers; undefined for others. */
  readonly body: any;
}

export interface Ask {
  /** `id:secret` or the two of them; false: none. Absent: the sample application's. */
  readonly basic?: string | readonly [string, string] | false;
  readonly headers?: Readonly<Record<string, string>>;
}

type Form = string | Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export interface Sample {
  readonly applicationId: string;
  readonly key: string;
  readonly secret: string;
  readonly userId: string;
  readonly username: string;
  readonly password: string;
}

/** The whole product in this process, by plain HTTP on a free port. */
export interface TestServer {
  readonly url: string;
  readonly issuer: string;
  /** POST /token. */
  token(body: Form, ask?: Ask): Promise<TestAnswer>;
  /** A form to any endpoint. */
  post(path: string, body: Form, ask?: Ask): Promise<TestAnswer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
  /** Without a token: one with all management scopes. `false`: none. */
  graphql(query: string, variables?: Readonly<Record<string, unknown>>, token?: string | false): Promise<TestAnswer>;
  /** A bearer token of the management client; absent: all management scopes. */
  adminToken(scopes?: readonly string[]): Promise<string>;
  /** An application with grants client_credentials, password and refresh_token, scopes default and test, and a user. */
  readonly sample: Sample;
  readonly store: Store;
  /** Moves the time of a server with a manual clock. */
  readonly clock: ManualClock;
  readonly oauth: OAuthDeps;
  readonly metrics: Metrics;
  readonly logged: readonly LogEntry[];
  /** Writes what waits in memory, as the jobs do every second. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const admin = { id: 'management', secret: 'secret-of-the-management-client' };

export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const { store, clock, release } = await storeFor(options);
  const { log, logged } = recordingLog();
  const metrics = createMetrics();
  const door = frontDoor();
  const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
  const issuerOf = (port: number): string => options.issuer ?? urlOf(port) + (options.issuerPath ?? '');
  const listener = await openListener({ host: '127.0.0.1', port: 0, issuerOf, log }, door.handle);
  const url = urlOf(listener.port);
  const composition = await compose({
    store,
    log,
    metrics,
    issuer: issuerOf(listener.port),
    secretKeys: [secretKey(7)],
    trustedProxies: options.trustedProxies ?? [],
    statisticsTimeZone: options.statisticsTimeZone ?? 'UTC',
    version: '0.0.0-test',
    isReady: () =>
      store
        .ping()
        .then(() => true)
        .catch(() => false),
    isStopping: () => false,
  });
  const sample = await makeSample(composition);
  door.serveWith(composition.handler);
  const closeAll = async (): Promise<void> => {
    await listener.stop(0);
    await composition.flush();
    await composition.close();
    await release();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll());
  closeAtTheEnd(close);
  return {
    ...requests(url, sample),
    url,
    issuer: composition.oauth.issuer,
    sample,
    store,
    clock,
    oauth: composition.oauth,
    metrics,
    logged,
    flush: () => composition.flush(),
    close,
  };
};

const storeFor = async ({ store, clock }: TestServerOptions) => {
  const manual = manualClock();
  if (store !== undefined) return { store, clock: manual, release: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-server-'));
  const fresh = await openStore(`file:${join(folder, 'tallygate.db')}`, clock === 'real' ? {} : { clock: manual.now });
  const release = async (): Promise<void> => {
    await fresh.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { store: fresh, clock: manual, release };
};

/** Made once for each store: a second server on it finds everything. */
const makeSample = async ({ oauth }: Composition): Promise<Sample> => {
  await ensureClient(oauth, {
    ...managementClient,
    clientId: admin.id,
    clientSecret: new Secret(admin.secret),
    applicationName: 'Management',
  });
  const fixed = {
    key: 'sample',
    secret: 'secret-of-the-sample-application',
    username: 'ada',
    password: 'correct horse',
  };
  const known = await oauth.store.applications.findClient(fixed.key);
  const applicationId = known?.application.id ?? (await makeApplication(oauth, fixed));
  const user =
    (await oauth.store.users.findByUsername(fixed.username)) ??
    (await createUser(oauth, systemActor, { username: fixed.username, password: new Secret(fixed.password) }));
  return { ...fixed, applicationId, userId: user.id };
};

const makeApplication = async (oauth: OAuthDeps, { key, secret }: Pick<Sample, 'key' | 'secret'>): Promise<string> => {
  const { id } = await createApplication(oauth, systemActor, { name: 'Sample application' });
  await generateKeys(oauth, systemActor, {
    applicationId: id,
    clientId: key,
    clientSecret: new Secret(secret),
    grantTypes: ['client_credentials', 'password', 'refresh_token'],
    scopes: ['default', 'test'],
  });
  return id;
};

const requests = (
  url: string,
  sample: Sample,
): Pick<TestServer, 'token' | 'post' | 'get' | 'graphql' | 'adminToken'> => {
  const post: TestServer['post'] = async (path, body, { basic = [sample.key, sample.secret], headers = {} } = {}) =>
    answerOf(
      await fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization(basic), ...headers },
        body: typeof body === 'string' ? body : new URLSearchParams(pairs(body)).toString(),
      }),
    );
  const adminToken: TestServer['adminToken'] = async (scopes = managementScopes) => {
    const form = { grant_type: 'client_credentials', scope: scopes.join(' ') };
    const { body, text } = await post('/token', form, { basic: [admin.id, admin.secret] });
    if (typeof body?.access_token !== 'string') throw new Error(`No management token: ${text}`);
    return body.access_token;
  };
  return {
    post,
    adminToken,
    token: (body, ask) => post('/token', body, ask),
    get: async (path, headers = {}) => answerOf(await fetch(url + path, { redirect: 'manual', headers })),
    graphql: async (query, variables = {}, token) => {
      const bearer = token === false ? undefined : (token ?? (await adminToken()));
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return answerOf(answer);
    },
  };
};

const pairs = (form: Exclude<Form, string>): [string, string][] =>
  (isList(form) ? form : Object.entries(form)).map(([name, value]) => [name, value]);

const isList = (form: Exclude<Form, string>): form is readonly (readonly [string, string])[] => Array.isArray(form);

const authorization = (basic: string | readonly string[] | false): Record<string, string> => {
  if (basic === false) return {};
  const credentials = typeof basic === 'string' ? basic : basic.map(formEncoded).join(':');
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
};

/** RFC 6749 §2.3.1. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

const answerOf = async (response: Response): Promise<TestAnswer> => {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
};
