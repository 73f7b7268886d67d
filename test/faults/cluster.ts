import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import { randomId } from '../../src/crypto/random-token.js';
import { privilegedScopes } from '../../src/model/management-scope.js';
import { Secret } from '../../src/model/secret.js';
import { openStore } from '../../src/store/open-store.js';
import { databaseUrl, dropDatabase } from '../store/adapters.js';
import {
  ask,
  askForToken,
  startProcess,
  temporaryFolder,
  type Answer,
  type ServerProcess,
} from '../support/server-process.js';
import { fates, startLossyProxy } from './lossy-proxy.js';
import { inLanes, untilAnswered, untilDone } from './retrying.js';

/** An application with keys for both environments; its users log in by the password of the cluster. */
export interface Client {
  readonly applicationId: string;
  readonly name: string;
  /** `id:secret` */
  readonly production: string;
  readonly sandbox: string;
}

/** One server of a cluster, asked from outside. */
export interface Server {
  readonly url: string;
  readonly process: ServerProcess;
  /** One try of the password grant. */
  login(credentials: string, username: string): Promise<Answer>;
  /** The data of a GraphQL operation. Throws when it has errors. */
  graphql(query: string, variables?: Readonly<Record<string, unknown>>): Promise<any>;
  /** The answer of a GraphQL operation, whatever it is. */
  operation(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** The text of /metrics. */
  metrics(): Promise<string>;
}

/** The built product as it runs: on MongoDB two processes over one database, on the embedded store one process under two names. */
export interface Cluster {
  readonly servers: readonly [Server, Server];
  readonly clients: readonly [Client, Client, Client];
  readonly usernames: readonly string[];
  /** From now on messages between the servers and their MongoDB are lost, or no longer. The embedded store has none. */
  loseMessages(percent: number): void;
  /** How many of them were lost; undefined where there are none. */
  lostMessages(): number | undefined;
  /** The same after all its servers were killed and started again. */
  restarted(options: StartOptions): Promise<Cluster>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** By how much the system clock of each process is wrong, in milliseconds. */
  readonly clockShifts?: readonly [number, number];
  /** What the environment variable TZ says. */
  readonly timeZone?: string;
}

export interface ClusterOptions extends StartOptions {
  readonly users: number;
}

export const password = 'correct horse battery staple';
const deployment = { id: 'deploy', secret: 'secret-of-the-deployment' };

/** Settings of every server of a cluster, in production mode: it makes nothing up. */
const clusterSettings = (database: string, secretKey: string): Readonly<Record<string, string>> => ({
  NODE_ENV: 'production',
  TALLYGATE_ISSUER: 'https://tallygate.test',
  TALLYGATE_TLS: 'off',
  TALLYGATE_DRAIN_DELAY: '0',
  TALLYGATE_METRICS_PER_APPLICATION: 'true',
  TALLYGATE_DATABASE_URL: database,
  TALLYGATE_SECRET_KEY: secretKey,
  TALLYGATE_BOOTSTRAP_CLIENT_ID: deployment.id,
  TALLYGATE_BOOTSTRAP_CLIENT_SECRET: deployment.secret,
});

const mongo = process.env['TALLYGATE_TEST_MONGODB_URL'];

export interface StoreOfCluster {
  readonly name: string;
  readonly open: (options: ClusterOptions) => Promise<Cluster>;
}

/** The embedded store always, MongoDB where the tests are told of one. */
export const eachCluster: readonly StoreOfCluster[] = [
  { name: 'SQLite', open: (options) => openCluster(options) },
  ...(mongo === undefined
    ? []
    : [{ name: 'MongoDB', open: (options: ClusterOptions) => openCluster(options, databaseUrl(mongo)) }]),
];

const openCluster = async (options: ClusterOptions, mongoUrl?: string): Promise<Cluster> => {
  const folder = await temporaryFolder();
  const store = await storeFor(folder.path, mongoUrl);
  const usernames = Array.from({ length: options.users }, (_, index) => `user${index}`);
  const processes = new Set<ServerProcess>();
  const kill = async (): Promise<void> => {
    for (const each of processes) each.kill('SIGKILL');
    for (const each of processes) await each.ended;
    processes.clear();
  };
  const close = async (): Promise<void> => {
    await kill();
    await store.remove();
    await folder.remove();
  };
  const settings = clusterSettings(store.url, randomBytes(32).toString('base64url'));
  const startAll = async ({ clockShifts = [0, 0], timeZone }: StartOptions): Promise<Cluster['servers']> => {
    const start = async (shift: number): Promise<Server> => {
      const zone = timeZone === undefined ? {} : { TZ: timeZone };
      const server = await startServer(folder.path, { ...settings, ...zone, ...shiftedBy(shift) });
      processes.add(server.process);
      return server;
    };
    const first = await start(clockShifts[0]);
    return [first, mongoUrl === undefined ? first : await start(clockShifts[1])];
  };
  try {
    await addUsers(store.url, usernames);
    const servers = await startAll(options);
    const [first] = servers;
    const clients = [
      await addClient(first, 'One'),
      await addClient(first, 'Two'),
      await addClient(first, 'Three'),
    ] as const;
    const cluster: Omit<Cluster, 'servers'> = {
      clients,
      usernames,
      loseMessages: store.loseMessages,
      lostMessages: store.lostMessages,
      restarted: async (start) => {
        await kill();
        return { ...cluster, servers: await startAll(start) };
      },
      close,
    };
    return { ...cluster, servers };
  } catch (error) {
    await close();
    throw error;
  }
};

interface ClusterStore extends Pick<Cluster, 'loseMessages' | 'lostMessages'> {
  readonly url: string;
  remove(): Promise<void>;
}

const storeFor = async (folder: string, mongoUrl: string | undefined): Promise<ClusterStore> => {
  if (mongoUrl === undefined) {
    const url = `file:${join(folder, 'tallygate.db')}`;
    return { url, loseMessages: () => undefined, lostMessages: () => undefined, remove: () => Promise.resolve() };
  }
  const { hostname, port, pathname } = new URL(mongoUrl);
  let nextFate = fates(1, 0);
  const proxy = await startLossyProxy({ host: hostname, port: Number(port) }, () => nextFate());
  return {
    url: `mongodb://127.0.0.1:${proxy.port}${pathname}?directConnection=true`,
    loseMessages: (percent) => {
      nextFate = fates(percent, percent);
    },
    lostMessages: () => proxy.losses(),
    remove: async () => {
      await proxy.close();
      await dropDatabase(mongoUrl);
    },
  };
};

/** Straight into the store and with one hash for all: argon2 is not what is tested here. */
const addUsers = async (database: string, usernames: readonly string[]): Promise<void> => {
  const hasher = createPasswordHasher({ threads: 1, queueLimit: 1 });
  const passwordHash = await hasher.hash(new Secret(password));
  await hasher.close();
  const store = await openStore(database);
  await inLanes(8, usernames, async (username) => {
    const user = { id: randomId('user'), username, enabled: true, epoch: 0, passwordHash, createdAt: store.clock() };
    const id = randomId('event');
    const event = {
      id,
      at: store.clock(),
      actor: 'test',
      action: 'createUser',
      outcome: 'ok',
      requestId: 'test',
    } as const;
    await untilDone(() => store.users.create(user, event));
  });
  await store.close();
};

const preload = pathToFileURL('test/faults/shifted-clock.mjs').href;

/** A process whose system clock is wrong. */
const shiftedBy = (millis: number): Readonly<Record<string, string>> =>
  millis === 0 ? {} : { NODE_OPTIONS: `--import=${preload}`, CLOCK_SHIFT_MILLIS: String(millis) };

const startServer = async (folder: string, settings: Readonly<Record<string, string>>): Promise<Server> => {
  const process = await startProcess(folder, settings);
  const { port, managementUrl } = await process.logged('ready');
  const url = `http://127.0.0.1:${String(port)}`;
  const scope = privilegedScopes.join(' ');
  let bearer: Promise<string> | undefined;
  const operation: Server['operation'] = async (query, variables = {}) => {
    bearer ??= managementToken(url, scope);
    return ask(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await bearer}` },
      body: JSON.stringify({ query, variables }),
    });
  };
  return {
    url,
    process,
    operation,
    login: (credentials, username) =>
      askForToken(url, credentials, new URLSearchParams({ grant_type: 'password', username, password }).toString()),
    graphql: async (query, variables) => {
      const { status, text, body } = await untilAnswered(() => operation(query, variables));
      if (status !== 200 || body.errors !== undefined) throw new Error(`GraphQL answered ${status} ${text}`);
      return body.data;
    },
    get: async (path) => {
      bearer ??= managementToken(url, scope);
      return ask(url + path, { headers: { authorization: `Bearer ${await bearer}` } });
    },
    metrics: async () => (await ask(`${String(managementUrl)}/metrics`)).text,
  };
};

const managementToken = async (url: string, scope: string): Promise<string> => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope }).toString();
  const { body, text } = await untilAnswered(() => askForToken(url, `${deployment.id}:${deployment.secret}`, form));
  if (typeof body?.access_token !== 'string') throw new Error(`No management token: ${text}`);
  return body.access_token;
};

/** With ids and secrets that are brought along: a mutation whose answer was lost is sent again. */
export const addClient = async (server: Server, name: string): Promise<Client> => {
  const idempotencyKey = randomUUID();
  const { createApplication } = await server.graphql(
    'mutation($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name, idempotencyKey } },
  );
  const applicationId: string = createApplication.application.id;
  const keysOf = async (environment: string): Promise<string> => {
    const keys = { clientId: randomUUID(), clientSecret: randomUUID() };
    const grantTypes = ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'];
    const input = {
      applicationId,
      environment,
      grantTypes,
      scopes: ['default'],
      refreshTokenReuseWindowSeconds: 300,
      idempotencyKey: randomUUID(),
      ...keys,
    };
    await server.graphql('mutation($input: GenerateKeysInput!) { generateKeys(input: $input) { keys { clientId } } }', {
      input,
    });
    return `${keys.clientId}:${keys.clientSecret}`;
  };
  return { applicationId, name, production: await keysOf('PRODUCTION'), sandbox: await keysOf('SANDBOX') };
};
