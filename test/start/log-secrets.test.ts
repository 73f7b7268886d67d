import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { exchange } from '../http/raw.js';
import { clientJwks, clientKeys, signedBy } from '../rfc/jwt.js';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, startProcess, temporaryFolder, type Answer, type ServerProcess } from '../support/server-process.js';

jest.setTimeout(120_000); // processes start slowly on a busy machine

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let url: string;
let managementUrl: string;
let made: Readonly<Record<string, string>>;

beforeAll(async () => {
  await builtProgram();
  folder = await temporaryFolder();
  server = await startProcess(folder.path, { TALLYGATE_TLS: 'off', TALLYGATE_LOG_LEVEL: 'debug' });
  const ready = await server.logged('ready');
  [url, managementUrl] = [String(ready['issuer']), String(ready['managementUrl'])];
  const lines = readFileSync(join(folder.path, '.tallygate/quickstart.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  made = Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}, buildMillis);
afterAll(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await folder.remove();
});

/** In everything that is sent and that nobody is to see again. */
const mark = randomBytes(12).toString('hex');
/** What the server made up and showed once, and what it was given at the start. */
const secrets = new Set<string>();
/** What nothing secret may be in: refusals, and answers of the management API without what they show once. */
const answers: string[] = [];

const noted = (answer: Answer): Answer => {
  for (const [, secret] of answer.text.matchAll(
    /"(?:access_token|refresh_token|clientSecret|accessToken)":"([^"]+)"/g,
  )) {
    if (secret !== undefined) secrets.add(secret);
  }
  if (answer.status >= 400) answers.push(answer.text + JSON.stringify(answer.headers));
  return answer;
};
const post = async (
  path: string,
  form: Readonly<Record<string, string>> | string,
  authorization?: string,
): Promise<Answer> =>
  noted(
    await ask(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(authorization && { authorization }) },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    }),
  );
const basic = (id = '', secret = ''): string => {
  const encoded = Buffer.from(`${id}:${secret}`).toString('base64');
  secrets.add(secret).add(encoded);
  return `Basic ${encoded}`;
};
/** Of a GraphQL answer what is shown once may be in it, and nothing else. */
const graphql = async (token: string, query: string, variables: object = {}): Promise<any> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await ask(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  answers.push(answer.text.replace(/"(clientSecret|accessToken)":"[^"]+"/, ''));
  return noted(answer).body;
};

const sample = (): string => basic(made['TG_KEY'], made['TG_SECRET']);
const login = { grant_type: 'password' };

it('gives tokens, and refuses what is wrong with everything that can be', async () => {
  const person = { ...login, username: made['TG_USERNAME'] ?? '', password: made['TG_PASSWORD'] ?? '' };
  const { status, body: tokens } = await post('/token', person, sample());
  expect(status).toBe(200);
  secrets.add(person.username).add(person.password);
  const { body } = await post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, sample());
  expect(body.refresh_token).toMatch(/^tgr_/);
  const { TG_KEY: id = '', TG_SECRET: secret = '' } = made;
  expect(
    (await post('/token', { grant_type: 'client_credentials', client_id: id, client_secret: secret })).status,
  ).toBe(200);
  for (const token of [tokens.access_token, body.refresh_token]) {
    expect((await post('/introspect', { token }, sample())).body.active).toBe(true);
    expect((await post('/revoke', { token }, sample())).status).toBe(200);
  }
  await post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, sample());
  await post('/token', { ...login, username: `${mark}-user`, password: `${mark}-password` }, sample());
  await post('/token', { ...login, username: person.username, password: `${mark}-wrong` }, sample());
  await post('/token', { grant_type: `${mark}-grant`, scope: `${mark}-scope`, [`${mark}-name`]: '' }, sample());
  await post(
    '/token',
    { grant_type: 'client_credentials', scope: mark, resource: `https://${mark}.example` },
    sample(),
  );
  await post('/token', { grant_type: 'client_credentials', validity_period: mark }, sample());
  await post('/token', { grant_type: 'client_credentials' }, basic(made['TG_KEY'], `${mark}-secret`));
  await post('/token', { client_id: `${mark}-client`, client_secret: `${mark}-secret-in-the-body` });
  for (const scheme of ['Basic', 'Bearer', 'Digest', mark]) await post('/token', 'x', `${scheme} ${mark}`);
  for (const name of ['client_secret', 'token', 'access_token', 'x']) {
    await post(`/token?${name}=${mark}-query`, 'grant_type=client_credentials', sample());
  }
  for (const path of ['/introspect', '/revoke']) {
    for (const token of [mark, `tga_${mark}`, `tgr_${mark}.0.a.b`, `eyJhbGciOiJFUzI1NiIsImtpZCI6Ing.${mark}.AA`]) {
      await post(path, { token, token_type_hint: mark }, sample());
      await post(path, { token: 'x' }, `Bearer ${token}`);
    }
  }
  await post('/token', `%zz${mark}`, sample());
  await post('/token', `\r\n${mark}=${mark}&${mark}=1`, sample());
  await post('/token', `x=${mark}`.padEnd(40_000, 'x'), sample());
  expect(answers.length).toBeGreaterThan(20);
});

it('manages: makes secrets, users and tokens, and refuses to', async () => {
  const { body } = await post(
    '/token',
    { grant_type: 'client_credentials' },
    basic(made['TG_ADMIN_KEY'], made['TG_ADMIN_SECRET']),
  );
  const run = async (mutation: string, input: object, selection: string): Promise<any> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    return graphql(body.access_token, `mutation($input: ${type}) { ${mutation}(input: $input) { ${selection} } }`, {
      input,
    });
  };
  const done = async (mutation: string, input: object, selection: string): Promise<any> => {
    const { data, errors } = await run(mutation, input, selection);
    expect(errors).toBeUndefined();
    return data[mutation];
  };
  const { application } = await done('createApplication', { name: 'Quiet' }, 'application { id }');
  const own = { applicationId: application.id, clientId: 'quiet', clientSecret: `${mark}-brought-along` };
  await done('generateKeys', { ...own, idempotencyKey: `${mark}-key` }, 'clientSecret');
  await done('rotateClientSecret', { clientId: 'quiet' }, 'clientSecret');
  await done('generateAccessToken', { clientId: 'quiet' }, 'accessToken');
  const jwks = clientJwks('ES256');
  const signer = {
    applicationId: application.id,
    environment: 'SANDBOX',
    authenticationMethod: 'PRIVATE_KEY_JWT',
    jwks,
  };
  const { keys } = await done('generateKeys', signer, 'keys { clientId }');
  const now = Math.floor(Date.now() / 1000);
  for (const aud of [url, `https://${mark}.example`]) {
    const claims = { iss: keys.clientId, sub: keys.clientId, aud, exp: now + 60, jti: `${mark}-${aud.length}` };
    const assertion = signedBy(clientKeys.ES256.privateKey, { alg: 'ES256', kid: 'ES256' }, claims);
    secrets.add(assertion);
    await post('/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }
  const { user } = await done('createUser', { username: `${mark}-name`, password: `${mark}-word` }, 'user { id }');
  await done('setUserPassword', { id: user.id, password: `${mark}-other-word` }, 'user { id }');
  await done('updateUser', { id: user.id, email: `${mark}@mail.example`, displayName: mark }, 'user { id }');
  await run('createUser', { username: `${mark}-name`, password: `${mark}-word` }, 'user { id }');
  await run('createUser', { username: `${mark} not a name`, password: mark.slice(0, 4) }, 'user { id }');
  await run('generateKeys', { ...own, clientSecret: `${mark}-`, environment: 'SANDBOX' }, 'clientSecret');
  await graphql(body.access_token, `{ user(username: "${mark}-name") { nothing } }`);
  await graphql(`${mark}-bearer`, '{ viewer { subject } }');
  const { data } = await graphql(body.access_token, '{ auditEvents(first: 50) { nodes { action changes } } }');
  expect(data.auditEvents.nodes.length).toBeGreaterThan(8);
  expect(JSON.stringify(data)).not.toMatch(/-word|-brought-along|tgs_|-name/);
  await done('deleteUser', { id: user.id }, 'deletedId');
});

it('takes what is no request', async () => {
  const port = Number(new URL(url).port);
  for (const bytes of [
    `${mark} / HTTP/1.1\r\n\r\n`,
    `GET /${mark}\0 HTTP/1.1\r\nHost: x\r\n\r\n`,
    `POST /token HTTP/1.1\r\nHost: ${mark}\r\nX: ${mark.repeat(400)}\r\n\r\n`,
  ]) {
    expect(await exchange(port, [bytes])).toMatch(/^HTTP\/1\.1 4/);
  }
  const headers = {
    authorization: `Bearer ${mark}`,
    cookie: `${mark}=1`,
    'user-agent': mark,
    'x-forwarded-for': mark,
    referer: `https://${mark}.example`,
  };
  for (const path of [`/${mark}-path`, `/statistics/registered-users.csv?access_token=${mark}`])
    noted(await ask(url + path, { headers }));
});

it('has none of it in its log, its metrics or its answers', async () => {
  const metrics = (await ask(`${managementUrl}/metrics`)).text;
  server.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  const log = server.output();
  for (const event of ['token_issued', 'token_refused']) expect(log).toContain(`"event":"${event}"`);
  expect(metrics).toContain('tallygate_');
  secrets.add(mark).add(readFileSync(join(folder.path, '.tallygate/secret.key'), 'utf8').trim());
  expect(secrets.size).toBeGreaterThan(15);
  for (const secret of [...secrets].filter((each) => each.length >= 8)) {
    const forms = [
      secret,
      encodeURIComponent(secret),
      ...(['base64', 'base64url', 'hex'] as const).map((each) => Buffer.from(secret).toString(each).replace(/=+$/, '')),
    ];
    for (const form of forms) for (const text of [log, metrics, ...answers]) expect(text).not.toContain(form);
  }
});
