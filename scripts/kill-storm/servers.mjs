// The built program as one process over an embedded store, or as two over one MongoDB. They can be killed at any instant.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { freePort } from '../free-port.mjs';
import { post } from './requests.mjs';

export const deployment = { id: 'deploy', secret: 'secret-of-the-deployment' };
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const startMillis = 30_000;

/** The first token that a client gets: from then on the server is back. */
const firstToken = async (url, child) => {
  const fields = { grant_type: 'client_credentials', scope: 'statistics:read' };
  for (const end = performance.now() + startMillis; performance.now() < end && child.exitCode === null;) {
    const answer = await post(`${url}/token`, `${deployment.id}:${deployment.secret}`, fields);
    if (answer?.status === 200) return;
    await pause(5);
  }
  throw new Error('A server did not start again.');
};

const openServer = async (folder, settings) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child;
  return {
    url,
    /** How many milliseconds passed until the first token. */
    start: async () => {
      const begin = performance.now();
      const env = { PATH: process.env.PATH, TALLYGATE_PORT: String(port), TALLYGATE_MANAGEMENT_PORT: '0', ...settings };
      child = spawn(process.execPath, [program], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
      await firstToken(url, child);
      return performance.now() - begin;
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const dropDatabase = async (databaseUrl) => {
  const { mongo } = await import('mongoose');
  const client = new mongo.MongoClient(databaseUrl);
  await client.db().dropDatabase();
  await client.close();
};

/** @param mongodbUrl absent: the embedded store */
export const openServers = async (mongodbUrl) => {
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-storm-'));
  const databaseUrl =
    mongodbUrl === undefined
      ? `file:${join(folder, 'tallygate.db')}`
      : `${mongodbUrl}/tallygate_storm_${randomBytes(6).toString('hex')}`;
  const settings = {
    NODE_ENV: 'production',
    TALLYGATE_ISSUER: 'https://tallygate.test',
    TALLYGATE_TLS: 'off',
    TALLYGATE_LOG_LEVEL: 'error',
    TALLYGATE_DATABASE_URL: databaseUrl,
    TALLYGATE_SECRET_KEY: randomBytes(32).toString('base64url'),
    TALLYGATE_BOOTSTRAP_CLIENT_ID: deployment.id,
    TALLYGATE_BOOTSTRAP_CLIENT_SECRET: deployment.secret,
  };
  const servers = [await openServer(folder, settings)];
  if (mongodbUrl !== undefined) servers.push(await openServer(folder, settings));
  return {
    databaseUrl,
    servers,
    close: async () => {
      for (const server of servers) await server.kill();
      if (mongodbUrl !== undefined) await dropDatabase(databaseUrl);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
