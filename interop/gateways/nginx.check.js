// Runs the configurations of docs/gateways/nginx.md as they stand, but for paths, ports and credentials. Needs nginx with njs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { server as service } from '../resource-server/introspecting.js';

const { TG_ISSUER, TG_KEY, TG_SECRET, TG_API_KEY, TG_API_SECRET, NODE_EXTRA_CA_CERTS } = process.env;
const page = readFileSync(new URL('../../docs/gateways/nginx.md', import.meta.url), 'utf8');
const block = (name) => new RegExp(`<!-- gateway:${name} -->\n\`\`\`\\w+\n(.*?)\`\`\``, 's').exec(page)[1];

const basic = (key, secret) => `Basic ${btoa(`${key}:${secret}`)}`;
const post = async (path, form) => {
  const headers = { authorization: basic(TG_KEY, TG_SECRET) };
  const response = await fetch(TG_ISSUER + path, { method: 'POST', headers, body: new URLSearchParams(form) });
  return response.json();
};
const tokenWith = async (scope) => (await post('/token', { grant_type: 'client_credentials', scope })).access_token;
const listening = async (server) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
};

/** The API behind the gateway says what it was told. */
const api = createServer((request, response) => {
  response.end(JSON.stringify({ url: request.url, headers: request.headers }));
});
const apiPort = await listening(api);
const probe = createServer();
const port = await listening(probe);
await new Promise((resolve) => probe.close(resolve));
const folder = mkdtempSync(join(tmpdir(), 'tallygate-nginx-'));
mkdirSync(join(folder, 'logs'));
writeFileSync(join(folder, 'tallygate.js'), block('tallygate.js').replaceAll('https://localhost:8243', TG_ISSUER));

const isUp = () =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });

const withNginx = async (conf, work) => {
  writeFileSync(join(folder, 'nginx.conf'), conf);
  const globals = 'daemon off; pid logs/pid;';
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'logs/error.log', '-g', globals];
  const nginx = spawn('nginx', args, { stdio: 'inherit' });
  const ended = once(nginx, 'close');
  try {
    for (let attempt = 0; attempt < 100 && !(await isUp()); attempt += 1) await pause(50);
    await work();
  } finally {
    nginx.kill('SIGTERM');
    await ended;
  }
};

const call = async (headers, path = '/orders?page=2') => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const challenge = response.headers.get('www-authenticate');
  return {
    status: response.status,
    challenge,
    retry: response.headers.get('retry-after'),
    text: await response.text(),
  };
};
const callWith = (token, headers = {}) => call({ authorization: `Bearer ${token}`, ...headers });

const guards = async () => {
  const token = await tokenWith('test');
  const good = await callWith(token, { 'x-token-sub': 'usr_forged' });
  assert.equal(good.status, 200, good.text);
  const seen = JSON.parse(good.text);
  assert.equal(seen.url, '/orders?page=2');
  assert.equal(seen.headers['x-token-sub'], TG_KEY);
  assert.equal(seen.headers['x-token-client-id'], TG_KEY);

  const missing = await call({});
  assert.deepEqual([missing.status, missing.challenge], [401, 'Bearer']);
  const garbage = await callWith('garbage');
  assert.deepEqual([garbage.status, garbage.challenge], [401, 'Bearer error="invalid_token"']);
  assert.equal((await callWith(await tokenWith('default'))).status, 403);
  for (const path of ['/_token', '/_introspect']) assert.notEqual((await call({}, path)).status, 200);

  const many = await Promise.all(Array.from({ length: 64 }, () => callWith(token)));
  assert.ok(many.every(({ status }) => status === 200));
  await post('/revoke', { token });
  assert.equal((await callWith(token)).status, 401);
};

const njs = (secret) =>
  block('nginx.conf')
    .replace('modules/', '/usr/lib/nginx/modules/')
    .replaceAll('/etc/nginx/njs', folder)
    .replaceAll('/etc/nginx/tallygate.pem', NODE_EXTRA_CA_CERTS)
    .replaceAll('localhost:8243', new URL(TG_ISSUER).host)
    .replace('127.0.0.1:3000', `127.0.0.1:${apiPort}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replace('Basic BASE64_OF_KEY_COLON_SECRET', basic(TG_API_KEY, secret));

await withNginx(njs(TG_API_SECRET), async () => {
  await guards();
  assert.equal((await callWith(await tokenWith('default'))).challenge, 'Bearer error="insufficient_scope"');
});
await withNginx(njs('not the secret of the gateway'), async () => {
  const unchecked = await callWith(await tokenWith('test'));
  assert.deepEqual([unchecked.status, unchecked.retry], [503, '1']);
});
const locations = block('service.conf').replace('127.0.0.1:8200', `127.0.0.1:${service.address().port}`);
const upstream = `upstream api { server 127.0.0.1:${apiPort}; }`;
await withNginx(`events {} http { ${upstream} server { listen 127.0.0.1:${port};\n${locations} } }`, guards);

rmSync(folder, { recursive: true, force: true });
for (const server of [api, service]) {
  server.close();
  server.closeAllConnections();
}
