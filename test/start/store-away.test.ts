import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { startMeddlingProxy } from '../store/meddling-proxy.js';
import { awakeMillis } from '../support/awake-millis.js';
import { ask, askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

beforeAll(() => builtProgram(), buildMillis);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess | undefined;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await server?.ended;
  await folder.remove();
});

const engine = process.env['TALLYGATE_TEST_MONGODB_URL'];

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

/** Starts on a MongoDB that is not there yet, on a port that is known beforehand. */
const startWithout = async (databasePort: number): Promise<string> => {
  const port = await freePort();
  server = await startProcess(folder.path, {
    TALLYGATE_TLS: 'off',
    TALLYGATE_PORT: String(port),
    TALLYGATE_DATABASE_URL: `mongodb://127.0.0.1:${databasePort}/tallygate_${randomBytes(6).toString('hex')}?directConnection=true`,
    TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy',
    TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'secret-of-the-deployment',
  });
  return `http://127.0.0.1:${port}`;
};

const startAndWait = async (databasePort: number): Promise<string> => {
  const url = await startWithout(databasePort);
  await server?.logged('store_unavailable');
  return url;
};

const form = 'grant_type=client_credentials&scope=statistics:read';
const deploy = 'deploy:secret-of-the-deployment';

it('lives, is not ready and puts everything off while its store is away at the start, and stops when told to', async () => {
  const url = await startAndWait(await freePort());
  expect(await ask(`${url}/livez`)).toMatchObject({ status: 200 });
  expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503 });
  const away = { error: 'temporarily_unavailable' };
  for (const [path, body] of [
    ['/token', away],
    ['/graphql', { errors: [{ extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } }] }],
    ['/.well-known/jwks.json', away],
  ] as const) {
    const asked = async (): Promise<void> => {
      const answer = await ask(`${url}${path}`, { method: 'POST', body: form });
      expect(answer).toMatchObject({ status: 503, body });
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    };
    expect(await awakeMillis(asked)).toBeLessThan(2000);
  }
  for (const path of ['/errors', '/graphql/schema.graphql', '/graphql/explorer']) {
    expect(await ask(`${url}${path}`)).toMatchObject({ status: 200 }); // none of them needs it
  }
  const page = await fetch(`${url}/`);
  expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'public, max-age=0']);
  const text = await page.text();
  expect(text).toContain('The server waits for its store.');
  expect(text.match(/<a href="[^"]*/g)).toEqual(
    ['/errors', '/graphql/schema.graphql', '/graphql/explorer', '/livez', '/readyz', '/healthz'].map((path) =>
      expect.stringContaining(path),
    ),
  );
  expect(text).not.toContain('/token');
  server?.kill('SIGTERM');
  expect(await server?.ended).toBe(0);
});

it('says where it listens before it knows of its store, and that it is not ready without a wait', async () => {
  const silent = createServer().listen(0, '127.0.0.1'); // takes connections and says nothing
  await new Promise((resolve) => silent.once('listening', resolve));
  const url = await startWithout((silent.address() as AddressInfo).port);
  expect(await server?.logged('listening')).toMatchObject({ host: expect.anything(), port: Number(new URL(url).port) });
  expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503 });
  expect(await ask(`${url}/livez`)).toMatchObject({ status: 200 });
  // Both came before the first try of the store was over.
  expect(server?.output()).not.toContain('store_unavailable');
  await new Promise((resolve) => silent.close(resolve));
});

/** A way to the engine that can be closed and opened. */
const gateTo = (target: string) => {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let gate: Server | undefined;
  const pass = (near: Socket): void => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => void (near.destroy(), far.destroy(), sockets.delete(socket)));
    }
    near.pipe(far).pipe(near);
  };
  return {
    open: async (at: number): Promise<void> => {
      gate = createServer(pass).listen(at, '127.0.0.1');
      await new Promise((resolve) => gate?.once('listening', resolve));
    },
    close: async (): Promise<void> => {
      const closed = new Promise((resolve) => gate?.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const millisUntil = (isSo: () => Promise<boolean>): Promise<number> =>
  awakeMillis(async () => {
    while (!(await isSo())) await pause(20);
  });

if (engine !== undefined) {
  it('is ready soon after its store has come, gone and come back', async () => {
    const port = await freePort();
    const gate = gateTo(engine);
    const url = await startAndWait(port);
    const answers = async (status: number): Promise<boolean> =>
      (await askForToken(url, deploy, form)).status === status;
    await gate.open(port);
    await millisUntil(() => answers(200)); // the first time collections and indexes are made
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200 });

    await gate.close();
    expect(await millisUntil(async () => (await ask(`${url}/readyz`)).status === 503)).toBeLessThan(2000);
    const refused = async (): Promise<void> => {
      const away = { status: 503, headers: { 'retry-after': expect.anything() } };
      expect(await askForToken(url, deploy, form)).toMatchObject(away);
    };
    expect(await awakeMillis(refused)).toBeLessThan(2500);
    expect(await ask(`${url}/livez`)).toMatchObject({ status: 200 });

    await gate.open(port);
    expect(await millisUntil(() => answers(200))).toBeLessThan(3000);
    server?.kill('SIGTERM');
    expect(await server?.ended).toBe(0);
    await gate.close();
  }, 60_000);

  it('answers in time while its store is slow, and an operation that was cut off is done once when it is repeated', async () => {
    const proxy = await startMeddlingProxy(engine);
    const url = await startWithout(Number(new URL(proxy.through(engine)).port));
    await server?.logged('ready');
    const scopes = 'grant_type=client_credentials&scope=applications:read applications:write';
    const token: string = (await askForToken(url, deploy, scopes)).body.access_token;
    const operation = (query: string) =>
      ask(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
    const create =
      'mutation { createApplication(input: { name: "Once", idempotencyKey: "once" }) { application { id } } }';

    // Its five commands or more take 2 s together, and so long it may not take: where it is not cut off it succeeds.
    proxy.delay(400);
    const answer = await operation(create);
    expect(answer).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } });
    expect(await server?.logged('store_busy')).toMatchObject({ level: 'warn', connectionLimit: 30 });

    proxy.delay(0);
    await millisUntil(async () => (await operation(create)).status === 200);
    const count = await operation('{ applications(nameContains: "Once") { totalCount } }');
    expect(count.body).toEqual({ data: { applications: { totalCount: 1 } } });
    server?.kill('SIGTERM');
    expect(await server?.ended).toBe(0);
    await proxy.close();
  }, 60_000);
}
