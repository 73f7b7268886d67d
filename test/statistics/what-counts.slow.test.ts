import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { OpenedStores } from '../store/opened-stores.js';
import { startTestServer, type TestAnswer, type TestServer } from '../support/server.js';
import { eachStore } from './each-store.js';

const period = { from: '2026-01-14T00:00:00Z', to: '2026-01-16T00:00:00Z', timeZone: 'UTC' };

const question = `query($id: ID!, $period: PeriodInput!) {
  application(id: $id) {
    registeredUsers { total series(period: $period) { newUsers erasedUsers totalUsers } users(first: 100) { totalCount nodes { firstTokenAt } } }
    production: registeredUsers(environment: PRODUCTION) { total }
    sandbox: registeredUsers(environment: SANDBOX) { total }
  }
  registeredUsers(period: $period, applicationIds: [$id]) { newUsers totalUsers }
}`;

const sum = (figures: readonly number[]): number => figures.reduce((all, figure) => all + figure, 0);

/** The engine of the MongoDB tests is slow, and others may use it. */
jest.setTimeout(180_000);

describe.each(eachStore)('on $name', ({ open }) => {
  let stores: OpenedStores;
  let server: TestServer;
  let other: TestServer;

  beforeEach(async () => {
    stores = await open();
    server = await startTestServer({ store: stores.first });
    other = await startTestServer({ store: stores.second });
  });

  afterEach(async () => {
    await server.close();
    await other.close();
    await stores.close();
  });

  const ask = async (id = server.sample.applicationId) => {
    const { body } = await server.graphql(question, { id, period });
    const { registeredUsers, production, sandbox } = body.data.application;
    return {
      total: registeredUsers.total,
      listed: registeredUsers.users.nodes.length,
      counted: registeredUsers.users.totalCount,
      series: registeredUsers.series.map(({ newUsers }: { newUsers: number }) => newUsers),
      erased: registeredUsers.series.map(({ erasedUsers }: { erasedUsers: number }) => erasedUsers),
      rows: body.data.registeredUsers.map(({ newUsers }: { newUsers: number }) => newUsers),
      production: production.total,
      sandbox: sandbox.total,
      firsts: registeredUsers.users.nodes.map(({ firstTokenAt }: { firstTokenAt: string }) => firstTokenAt),
    };
  };

  const login = (at = server, username = server.sample.username, password = server.sample.password) =>
    at.token({ grant_type: 'password', username, password });

  const mutate = async (field: string, input: unknown, selection: string): Promise<any> => {
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
    const name = ['enableGrantTypes', 'disableGrantTypes'].includes(field) ? 'GrantTypesInput!' : type;
    const { body } = await server.graphql(`mutation($input: ${name}) { ${field}(input: $input) { ${selection} } }`, {
      input,
    });
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data[field];
  };

  it('only the password grant registers, once, and every figure says so (S4)', async () => {
    const nobody = { total: 0, listed: 0, series: [0, 0], rows: [0, 0], production: 0, sandbox: 0 };
    await server.token({ grant_type: 'client_credentials' });
    await login(server, server.sample.username, 'wrong');
    await login(server, 'nobody');
    await server.token({ grant_type: 'password', username: 'ada', password: server.sample.password, scope: 'unknown' });
    await server.token(
      { grant_type: 'password', username: 'ada', password: server.sample.password },
      { basic: [server.sample.key, 'wrong'] },
    );
    expect(await ask()).toMatchObject(nobody);
    const first = await login();
    const ada = { total: 1, listed: 1, counted: 1, series: [0, 1], rows: [0, 1], production: 1, sandbox: 0 };
    expect(await ask()).toMatchObject({ ...ada, firsts: ['2026-01-15T12:00:00.000Z'] });
    stores.clock.advance(60_000);
    const refreshed = await other.token({ grant_type: 'refresh_token', refresh_token: first.body.refresh_token });
    expect(refreshed.status).toBe(200);
    await login(other);
    await server.post('/revoke', { token: refreshed.body.refresh_token });
    expect(await ask()).toMatchObject({ ...ada, firsts: ['2026-01-15T12:00:00.000Z'] });
  });

  it('parallel first logins on two servers make one registration (S1)', async () => {
    const again = async (at: TestServer): Promise<TestAnswer> => {
      const answer = await login(at);
      return answer.status === 200 ? answer : again(at); // the queue of passwords is short on purpose
    };
    await Promise.all(Array.from({ length: 64 }, (_, index) => again(index % 2 === 0 ? server : other)));
    expect(await ask()).toMatchObject({ total: 1, listed: 1, production: 1, series: [0, 1] });
  });

  it('spellings of one user name are one user (S10)', async () => {
    for (const username of ['ada', 'ADA', 'Ada', 'ａｄａ', 'ＡＤＡ']) {
      expect(await login(server, username)).toMatchObject({ status: 200 });
    }
    expect(await ask()).toMatchObject({ total: 1 });
  });

  it('an erased user leaves every figure, and his name makes a new user (S7)', async () => {
    await login();
    await mutate('deleteUser', { id: server.sample.userId }, 'deletedId');
    expect(await ask()).toMatchObject({ total: 0, listed: 0, series: [0, 0], erased: [0, 1], production: 0 });
    stores.clock.advance(1);
    await mutate('createUser', { username: 'ada', password: server.sample.password }, 'user { id }');
    await login();
    expect(await ask()).toMatchObject({
      total: 1,
      series: [0, 1],
      erased: [0, 1],
      firsts: ['2026-01-15T12:00:00.001Z'],
    });
  });

  it('an application keeps its figures under another name and takes them with it (S6, S8)', async () => {
    const { applicationId: id } = server.sample;
    await login();
    await mutate('updateApplication', { id, name: 'Renamed' }, 'application { name }');
    expect(await ask()).toMatchObject({ total: 1 });
    await mutate('deleteApplication', { id }, 'deletedId');
    const { body } = await server.graphql(question, { id, period });
    expect(body.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const { body: all } = await server.graphql(
      'query($period: PeriodInput!) { registeredUsers(period: $period) { applicationId newUsers } }',
      { period },
    );
    expect(all.data.registeredUsers.filter(({ newUsers }: { newUsers: number }) => newUsers > 0)).toEqual([]);
  });

  it('switching off, revoking, rotating and expiring leave every figure as it was', async () => {
    const { applicationId, key: clientId, userId } = server.sample;
    await login();
    const before = await ask();
    const steps: (() => Promise<unknown>)[] = [
      () => mutate('revokeGrants', { applicationId }, 'revokedCount'),
      () => mutate('revokeGrants', { userId }, 'revokedCount'),
      () => mutate('rotateClientSecret', { clientId, retireOldAfterSeconds: 60 }, 'keys { id }'),
      () => mutate('disableGrantTypes', { clientId, grantTypes: ['PASSWORD'] }, 'keys { id }'),
      () => mutate('updateKeys', { clientId, enabled: false }, 'keys { id }'),
      () => mutate('updateApplication', { id: applicationId, enabled: false }, 'application { id }'),
      () => mutate('updateUser', { id: userId, enabled: false }, 'user { id }'),
      () => mutate('setUserPassword', { id: userId, password: 'another password' }, 'user { id }'),
      () => mutate('rotateSigningKey', { immediately: true }, 'keyId'),
      () => mutate('deleteKeys', { clientId }, 'deletedClientId'),
      () => mutate('generateKeys', { applicationId }, 'keys { id }'),
    ];
    for (const step of steps) {
      await step();
      expect(await ask()).toEqual(before);
    }
    stores.clock.advance(400 * 86_400_000);
    while ((await stores.first.sweep(stores.clock.now())) > 0);
    expect(await ask()).toEqual(before);
  });

  it('total, list, series and rows of one operation agree while users log in (S5)', async () => {
    const ids: string[] = [];
    for (let user = 0; user < 24; user += 1) {
      const input = { username: `user${user}`, password: server.sample.password };
      ids.push((await mutate('createUser', input, 'user { id }')).user.id);
    }
    const writing = { over: false };
    const reading = (async () => {
      let readings = 0;
      for (; !writing.over; readings += 1) {
        const { total, listed, counted, series, rows, production } = await ask();
        expect([listed, counted, sum(series), sum(rows), production]).toEqual(Array(5).fill(total));
      }
      return readings;
    })();
    for (let user = 0; user < ids.length; user += 4) {
      const names = [0, 1, 2, 3].map((offset) => `user${user + offset}`);
      await Promise.all(names.map((name, index) => login(index % 2 === 0 ? server : other, name)));
      await mutate('deleteUser', { id: ids[user] }, 'deletedId');
    }
    writing.over = true;
    expect(await reading).toBeGreaterThan(0);
    expect(await ask()).toMatchObject({ total: 18, erased: [0, 6] });
  });
});
