// npm run bench:peers: the same requests to Tallygate and to another server for Node, in turn, in one run.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/free-port.mjs';
import { constantBody, load } from './load.js';
import { report } from './peers-report.js';
import { memoryOf, pinClient, pinning, startPinned, stop, untilItSpeaks } from './processes.js';
import { basic, post, prepare, startProduct } from './product.js';
import { median, rounds, say, seconds } from './rounds.js';

const folder = fileURLToPath(new URL('peers', import.meta.url));

const startPeer = async () => {
  const [port, secret] = [await freePort(), randomBytes(32).toString('base64url')];
  const child = startPinned([`${folder}/oidc-provider.js`, `${port}`, secret], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  await untilItSpeaks(child, 'oidc-provider');
  const base = `http://127.0.0.1:${port}`;
  return {
    token: `${base}/token`,
    introspect: `${base}/token/introspection`,
    clients: { jwt: basic('jwt', secret), opaque: basic('opaque', secret) },
    memory: () => memoryOf(child.pid),
    stop: () => stop(child),
  };
};

const startOurs = async () => {
  const product = await startProduct();
  const clients = await prepare(product.base);
  return { ...product, token: `${product.base}/token`, introspect: `${product.base}/introspect`, clients };
};

const grant = 'grant_type=client_credentials&scope=default';
const tokenOf = async (server) => JSON.parse(await post(server.token, grant, server.clients.opaque)).access_token;

const scenarios = [
  { name: 'client_credentials, JWT (ES256)', path: 'token', client: 'jwt', body: () => grant },
  { name: 'client_credentials, opaque', path: 'token', client: 'opaque', body: () => grant },
  {
    name: 'introspection of an opaque token',
    path: 'introspect',
    client: 'opaque',
    body: async (server) => `token=${await tokenOf(server)}`,
  },
];

const perSecond = async (server, { path, client, body }) => {
  const nextBody = constantBody(await body(server));
  const taken = await load({ url: server[path], authorization: server.clients[client], nextBody, seconds });
  if (taken.errors > 0) throw new Error(`${taken.errors} answers of ${server[path]} were not 200`);
  return taken;
};

const measure = async (ours, theirs, scenario) => {
  for (const server of [ours, theirs]) await perSecond(server, scenario);
  const taken = [];
  for (let round = 1; round <= rounds; round += 1) {
    const [left, right] = [await perSecond(ours, scenario), await perSecond(theirs, scenario)];
    taken.push({ ours: left, theirs: right, ratio: left.perSecond / right.perSecond });
    say(`  ${scenario.name}, round ${round} of ${rounds}: ${taken.at(-1).ratio.toFixed(1)} times`);
  }
  const middle = (side, key) => median(taken.map((round) => round[side][key]));
  const figures = (side) => ({ perSecond: middle(side, 'perSecond'), p99: middle(side, 'p99') });
  return {
    name: scenario.name,
    ours: figures('ours'),
    theirs: figures('theirs'),
    ratio: median(taken.map(({ ratio }) => ratio)),
  };
};

say('Installing oidc-provider in bench/peers');
if (spawnSync('npm', ['ci', '--silent'], { cwd: folder, stdio: 'inherit' }).status !== 0) process.exit(1);
pinClient();
const servers = [await startOurs()];
try {
  servers.push(await startPeer());
  const results = [];
  for (const scenario of scenarios) results.push(await measure(servers[0], servers[1], scenario));
  const text = report({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${pinning}`,
    method: `${rounds} rounds of ${seconds} s each at 50 connections, the two servers in turn after one round to warm up, medians`,
    memory: servers.map((server) => server.memory()),
    results,
  });
  writeFileSync('docs/benchmarks-peers.md', text);
  console.log(text);
} finally {
  for (const server of servers) await server.stop();
}
