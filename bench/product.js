// A running Tallygate with what the benchmark asks it for.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/free-port.mjs';
import { memoryOf, startPinned, stop, untilReady } from './processes.js';

const root = new URL('../', import.meta.url);
/** What `npm start` runs, behind `exec node`: the flags of the heap belong to what is measured. */
const [, , ...startLine] = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts.start.split(' ');
const startArguments = startLine.map((word) => (word.endsWith('.js') ? fileURLToPath(new URL(word, root)) : word));
const bootstrap = { id: 'benchmark', secret: 'benchmark-secret-of-one-run' };

/** Starts twice: the first start makes keys and certificate, the second is the one that every later start is like. */
export const startProduct = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tallygate-bench-'));
  const first = await startIn(directory);
  await stop(first.child);
  const second = await startIn(directory);
  const { child, base } = second;
  return {
    base,
    firstStartMillis: first.readyMillis,
    readyMillis: second.readyMillis,
    memory: () => memoryOf(child.pid),
    stop: async () => {
      await stop(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** @param settingsOf environment variables that a benchmark adds, by the URL of the server */
export const startIn = async (directory, settingsOf = () => ({})) => {
  const [port, managementPort] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const since = performance.now();
  const child = startPinned(startArguments, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      TALLYGATE_TLS: 'off',
      TALLYGATE_PORT: `${port}`,
      TALLYGATE_MANAGEMENT_PORT: `${managementPort}`,
      TALLYGATE_BOOTSTRAP_CLIENT_ID: bootstrap.id,
      TALLYGATE_BOOTSTRAP_CLIENT_SECRET: bootstrap.secret,
      ...settingsOf(base),
    },
  });
  return { child, base, readyMillis: await untilReady(`${base}/readyz`, since) };
};

export const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** The `Authorization` of the client that every start makes, which may do everything. */
export const administrator = basic(bootstrap.id, bootstrap.secret);

export const post = async (url, body, authorization) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return text;
};

/** Two applications, one with JWT and one with opaque tokens, and a user. */
export const prepare = async (base) => {
  const graphql = await graphqlOf(base);
  const user = { username: 'benchmark', password: 'a password for one run' };
  await graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input: user });
  return { jwt: await clientOf(graphql, 'JWT'), opaque: await clientOf(graphql, 'OPAQUE'), user };
};

/** Operation and variables → data; an error ends the run. */
const graphqlOf = async (base) => {
  const { access_token: token } = JSON.parse(
    await post(`${base}/token`, 'grant_type=client_credentials', administrator),
  );
  return async (query, variables) => {
    const answer = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
};

/** The `Authorization` of a new client. */
const clientOf = async (graphql, accessTokenFormat) => {
  const { createApplication } = await graphql(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name: `Benchmark ${accessTokenFormat}` } },
  );
  const applicationId = createApplication.application.id;
  const grantTypes = ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'];
  const { generateKeys } = await graphql(
    'mutation ($input: GenerateKeysInput!) { generateKeys(input: $input) { keys { clientId } clientSecret } }',
    { input: { applicationId, grantTypes, accessTokenFormat } },
  );
  return basic(generateKeys.keys.clientId, generateKeys.clientSecret);
};
