import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tokenFormats } from '../../src/model/application.js';
import { isGrantName, type GrantName } from '../../src/model/grant-name.js';
import { privilegedScopes } from '../../src/model/management-scope.js';
import { grants } from '../../src/oauth/grants/index.js';
import { eachStore } from '../statistics/each-store.js';
import type { OpenedStores } from '../store/opened-stores.js';
import { manage } from '../support/manage.js';
import { startTestServer, type TestAnswer, type TestServer } from '../support/server.js';
import { keySettings, secretLifeSeconds, switchOffs, type World } from './switch-offs.js';

type Form = Readonly<Record<string, string>>;

/** How a token is got by a grant. */
interface Way {
  /** The grant that makes the family. */
  readonly origin: GrantName;
  /** A request that gives a token now, and would later. */
  readonly request: (world: World) => Promise<Form>;
}

let stores: OpenedStores;
let here: TestServer;
let there: TestServer;
let observer: readonly [string, string];

const login = ({ username, password }: World): Form => ({
  grant_type: 'password',
  username,
  password,
  scope: 'default',
});

/** One for each grant of the code's table: the compiler asks for that of a new one. */
const ways: Readonly<Record<GrantName, Way>> = {
  client_credentials: {
    origin: 'client_credentials',
    request: () => Promise.resolve({ grant_type: 'client_credentials', scope: 'default' }),
  },
  password: { origin: 'password', request: (world) => Promise.resolve(login(world)) },
  refresh_token: {
    origin: 'password',
    request: async (world) => {
      const { body } = await ask(here, world, login(world));
      return { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    },
  },
};

const cells = Object.keys(grants)
  .filter(isGrantName)
  .flatMap((grant) =>
    tokenFormats.flatMap((format) => switchOffs.map((row) => ({ grant, format, row, what: row.what }))),
  );

const ask = (server: TestServer, { clientId, secret }: World, form: Form): Promise<TestAnswer> =>
  server.token(form, { basic: [clientId, secret] });

const run: World['manage'] = async (mutation, input, selection) => {
  const graphql: TestServer['graphql'] = async (query, variables) =>
    here.graphql(query, variables, await here.adminToken(privilegedScopes));
  return manage({ graphql }, mutation, { input, selection });
};

const newClient = async (
  settings: object,
): Promise<{ readonly applicationId: string; readonly clientId: string; readonly secret: string }> => {
  const name = `Application ${randomBytes(9).toString('hex')}`;
  const { application } = await run('createApplication', { name }, 'application { id }');
  const input = { ...settings, applicationId: application.id };
  const { keys, clientSecret } = await run('generateKeys', input, 'keys { clientId } clientSecret');
  return { applicationId: application.id, clientId: keys.clientId, secret: clientSecret };
};

/** With two secrets: one that the world asks with, and one that stays. */
const newWorld = async (format: string): Promise<World & { readonly spare: string }> => {
  const { applicationId, clientId, secret: spare } = await newClient(keySettings({ format }));
  const rotation = {
    clientId,
    retireOldAfterSeconds: 86_400,
    expiresAt: new Date(stores.clock.now() + secretLifeSeconds * 1000),
  };
  const { clientSecret, keys } = await run('rotateClientSecret', rotation, 'clientSecret keys { secrets { id } }');
  const [username, password] = [`user-${randomBytes(9).toString('hex')}`, 'correct horse battery'];
  const { user } = await run('createUser', { username, password }, 'user { id }');
  const advance = (seconds: number): Promise<void> => {
    stores.clock.advance(seconds * 1000);
    return Promise.resolve();
  };
  const its = { applicationId, clientId, secret: clientSecret, secretId: keys.secrets[1].id, spare };
  return { ...its, format, username, password, userId: user.id, manage: run, advance };
};

/** What another server says of a token to somebody who sees all. */
const seen = async (token: string): Promise<Readonly<Record<string, unknown>>> =>
  (await there.post('/introspect', { token }, { basic: observer })).body;
/** The same of a refresh token, to its own client, with whichever secret is left; false where none is. */
const isRefreshable = async (
  { clientId, secret, spare }: World & { spare: string },
  token: string,
): Promise<boolean> => {
  const answers = [secret, spare].map((each) => there.post('/introspect', { token }, { basic: [clientId, each] }));
  return (await Promise.all(answers)).some(({ body }) => body.active === true);
};

const expectNoToken = ({ status, body }: TestAnswer, error: unknown = body.error): void => {
  expect([status, body.error]).toEqual([error === 'invalid_client' ? 401 : 400, error]);
  expect(body.access_token).toBeUndefined();
};

const refreshed = async (world: World & { spare: string }, token: string): Promise<TestAnswer> => {
  const form = { grant_type: 'refresh_token', refresh_token: token };
  const answer = await ask(there, { ...world, secret: world.spare }, form);
  return answer.status === 401 ? ask(there, world, form) : answer;
};

describe.each(eachStore)('on $name, switched off at one server and asked for at another at once', ({ open }) => {
  beforeAll(async () => {
    stores = await open();
    here = await startTestServer({ store: stores.first });
    there = await startTestServer({ store: stores.second, issuer: here.issuer });
    const { clientId, secret } = await newClient({ scopes: ['introspect'] });
    observer = [clientId, secret];
  }, 120_000);
  afterAll(async () => {
    await here.close();
    await there.close();
    await stores.close();
  });

  it.each(cells)('$grant, $format: $what', async ({ grant, format, row }) => {
    const way = ways[grant];
    const world = await newWorld(format);
    const first = await ask(here, world, await way.request(world));
    const { access_token: access, refresh_token: refresh } = first.body;
    const pending = await way.request(world);
    const holder = { grant, origin: way.origin, speaksForUser: (await seen(access))['username'] !== undefined };
    expect(await seen(access)).toMatchObject({ active: true });
    if (refresh !== undefined) expect(await isRefreshable(world, refresh)).toBe(true);

    await row.off(world, holder);
    const refusal = row.refusal(holder);
    const answer = await ask(there, world, pending);
    if (refusal === undefined)
      expect(answer).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
    else expectNoToken(answer, refusal);
    if (row.access(holder) === 'stays') expect(await seen(access)).toMatchObject({ active: true });
    else expect(await seen(access)).toEqual({ active: false });
    if (refresh !== undefined) {
      expect(await isRefreshable(world, refresh)).toBe(row.refresh(holder) === 'stays');
      if (row.refresh(holder) !== 'stays') expectNoToken(await refreshed(world, refresh));
    }

    await row.on?.(world, holder);
    const comes = (fate: string): boolean => fate === 'stays' || (fate === 'rests' && row.on !== undefined);
    expect((await seen(access))['active']).toBe(comes(row.access(holder)));
    if (refresh !== undefined) {
      const again = await refreshed(world, refresh);
      if (comes(row.refresh(holder))) expect(again.status).toBe(200);
      else expectNoToken(again);
    }
    if (row.on !== undefined) expect(await ask(there, world, await way.request(world))).toMatchObject({ status: 200 });
  });

  it.each(tokenFormats)('its client revokes a %s token, then its family', async (format) => {
    const world = await newWorld(format);
    const basic = [world.clientId, world.secret] as const;
    const { access_token: access, refresh_token: refresh } = (await ask(here, world, login(world))).body;
    const next = await refreshed(world, refresh);
    expect(await here.post('/revoke', { token: access }, { basic })).toMatchObject({ status: 200 });
    expect(await seen(access)).toEqual({ active: false });
    expect(await seen(next.body.access_token)).toMatchObject({ active: true });
    expect(await here.post('/revoke', { token: next.body.refresh_token }, { basic })).toMatchObject({ status: 200 });
    expect(await seen(next.body.access_token)).toEqual({ active: false });
    expectNoToken(await refreshed(world, next.body.refresh_token), 'invalid_grant');
  });
});
