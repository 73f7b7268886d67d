import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildMillis, builtProgram } from '../support/built.js';
import { ask, askForToken, startProcess, temporaryFolder, type ServerProcess } from '../support/server-process.js';

const admin = 'deploy:secret-of-the-deployment';
const password = 'correct horse battery';
const environments = ['PRODUCTION', 'SANDBOX'] as const;
const users = Array.from({ length: 24 }, (_, index) => `user${index}`);
/** One kill after so many delivered answers. */
const answersPerKill = 6;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let issuer: string;

const start = async (): Promise<void> => {
  server = await startProcess(folder.path, {
    TALLYGATE_TLS: 'off',
    TALLYGATE_BOOTSTRAP_CLIENT_ID: 'deploy',
    TALLYGATE_BOOTSTRAP_CLIENT_SECRET: 'secret-of-the-deployment',
  });
  issuer = `http://127.0.0.1:${(await server.logged('ready'))['port']}`;
};

beforeAll(async () => {
  await builtProgram();
  folder = await temporaryFolder();
  await start();
}, buildMillis);

afterAll(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await folder.remove();
});

const graphql = async (query: string, variables: object = {}): Promise<any> => {
  const { body: token } = await askForToken(issuer, admin, 'grant_type=client_credentials');
  const { body, text } = await ask(`${issuer}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  if (body?.data === undefined || body.errors !== undefined) throw new Error(text);
  return body.data;
};

const prepare = async () => {
  const made = await graphql('mutation { createApplication(input: { name: "Storm" }) { application { id } } }');
  const { id } = made.createApplication.application;
  const keys = new Map<string, string>();
  for (const environment of environments) {
    const { generateKeys } = await graphql(
      `mutation($id: ID!) { generateKeys(input: { applicationId: $id, environment: ${environment}, grantTypes: [PASSWORD, REFRESH_TOKEN] }) { keys { clientId } clientSecret } }`,
      { id },
    );
    keys.set(environment, `${generateKeys.keys.clientId}:${generateKeys.clientSecret}`);
  }
  for (const username of users) {
    await graphql('mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
      input: { username, password },
    });
  }
  return { id: String(id), keys };
};

const registrationsOf = async (id: string, environment: string): Promise<ReadonlySet<string>> => {
  const data = await graphql(
    `query($id: ID!) { application(id: $id) { registeredUsers(environment: ${environment}) { total users(first: 100) { nodes { user { username } } } } } }`,
    { id },
  );
  const { total, users: listed } = data.application.registeredUsers;
  const names = new Set<string>(listed.nodes.map(({ user }: any) => `${environment} ${user.username}`));
  expect(names.size).toBe(total);
  return names;
};

const issuedOf = async (id: string): Promise<ReadonlySet<string>> => {
  const issued = new Set<string>();
  for (let after: string | null = null, more = true; more;) {
    const data: any = await graphql(
      'query($id: ID!, $after: String) { application(id: $id) { grants(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { environment user { username } } } } }',
      { id, after },
    );
    const { nodes, pageInfo } = data.application.grants;
    for (const { environment, user } of nodes) issued.add(`${environment} ${user.username}`);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return issued;
};

it('who received a token is counted, and nobody for whom none was issued, whatever is killed when (S2, S3)', async () => {
  const { id, keys } = await prepare();
  const wanted = environments.flatMap((environment) => users.map((username) => ({ environment, username })));
  const delivered = new Set<string>();
  let [answers, kills] = [0, 0];
  let restarting = Promise.resolve();

  const killAndRestart = async (): Promise<void> => {
    kills += 1;
    server.kill('SIGKILL');
    await server.ended;
    await start();
  };
  const login = async ({ environment, username }: (typeof wanted)[number]): Promise<void> => {
    await restarting;
    const form = new URLSearchParams({ grant_type: 'password', username, password }).toString();
    const answer = await askForToken(issuer, keys.get(environment) ?? '', form).catch(() => undefined);
    if (answer?.status !== 200) return;
    delivered.add(`${environment} ${username}`);
    answers += 1;
    if (answers % answersPerKill === 0) restarting = killAndRestart();
  };
  const lane = async (): Promise<void> => {
    // Who is cut off comes again, as clients do, until he has an answer.
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      await login(next);
      if (!delivered.has(`${next.environment} ${next.username}`) && wanted.length > 4) wanted.push(next);
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  await restarting;

  expect(kills).toBeGreaterThanOrEqual(4);
  const counted = new Set([...(await registrationsOf(id, 'PRODUCTION')), ...(await registrationsOf(id, 'SANDBOX'))]);
  const issued = await issuedOf(id);
  expect([...delivered].filter((one) => !counted.has(one))).toEqual([]);
  expect([...counted].filter((one) => !issued.has(one))).toEqual([]);
  const { verifyStatistics } = await graphql(
    'query($id: ID) { verifyStatistics(applicationId: $id) { checkedRegistrations differences { figure kept counted } } }',
    { id },
  );
  expect(verifyStatistics).toEqual({
    checkedRegistrations: new Set([...counted].map((one) => one.split(' ')[1])).size,
    differences: [],
  });
}, 180_000);
