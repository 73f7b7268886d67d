import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';
import { addApplication, at, register } from './fixture.js';

let server: TestServer;
let token: string;

const path = '/statistics/registered-users.csv';
const range = 'from=2026-01-13T00:00:00Z&to=2026-01-16T00:00:00Z';

beforeAll(async () => {
  server = await startTestServer({ statisticsTimeZone: 'Asia/Kathmandu' });
  token = await server.adminToken(['statistics:read']);
  const { username, password } = server.sample;
  await server.token({ grant_type: 'password', username, password });
  await register(server.store, server.sample.applicationId, ['2026-01-13T18:15:00Z', '2026-01-13T18:14:59Z']);
});

afterAll(() => server.close());

const get = (query: string, bearer = token) =>
  server.get(`${path}?${query}`, bearer === '' ? {} : { authorization: `Bearer ${bearer}` });

const sampleOnly = () => `applicationIds=${server.sample.applicationId}&${range}`;

describe(`GET ${path}`, () => {
  it('answers with the series in the zone of the server, and says of when and of where', async () => {
    const { status, headers, text } = await get(sampleOnly());
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe('attachment; filename="registered-users.csv"');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('tallygate-as-of')).toBe(new Date(server.clock.now() + 1).toISOString());
    expect(headers.get('tallygate-time-zone')).toBe('Asia/Kathmandu');
    const id = server.sample.applicationId;
    expect(text.split('\r\n')).toEqual([
      'applicationId,applicationName,environment,start,date,newUsers,totalUsers,complete',
      `${id},Sample application,,2026-01-12T18:15:00.000Z,2026-01-13,1,1,true`,
      `${id},Sample application,,2026-01-13T18:15:00.000Z,2026-01-14,1,2,true`,
      `${id},Sample application,,2026-01-14T18:15:00.000Z,2026-01-15,1,3,false`,
      `${id},Sample application,,2026-01-15T18:15:00.000Z,2026-01-16,0,3,false`,
      '',
    ]);
  });

  it('agrees with GraphQL', async () => {
    const { text } = await get(`${sampleOnly()}&environment=PRODUCTION&interval=HOUR&timeZone=Europe/Berlin`);
    const sum = text
      .split('\r\n')
      .slice(1, -1)
      .reduce((all, line) => all + Number(line.split(',')[5]), 0);
    const { body } = await server.graphql(
      `query($id: ID!) { application(id: $id) { registeredUsers(environment: PRODUCTION) { total } } }`,
      { id: server.sample.applicationId },
      token,
    );
    expect(body.data.application.registeredUsers.total).toBe(sum);
  });

  it('answers HEAD without a body', async () => {
    const answer = await fetch(`${server.url}${path}?${range}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-type')).toContain('text/csv');
  });

  test.each([
    { query: range, bearer: '', status: 401, error: 'invalid_token' },
    { query: range, bearer: 'nonsense', status: 401, error: 'invalid_token' },
    { query: `${range}&access_token=x`, bearer: 'nonsense', status: 400, error: 'invalid_request' },
  ])('refuses $query with the bearer token "$bearer"', async ({ query, bearer, status, error }) => {
    const answer = await get(query, bearer);
    expect(answer).toMatchObject({ status, body: { error, request_id: expect.any(String) } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('needs statistics:read and nothing else', async () => {
    const answer = await get(range, await server.adminToken(['applications:read', 'users:read']));
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(answer.headers.get('www-authenticate')).toContain('scope="statistics:read"');
  });

  test.each([
    { query: '', status: 400, field: 'from' },
    { query: `${range}&interval=MINUTE`, status: 400, field: 'interval' },
    { query: `${range}&timeZone=EST`, status: 400, field: 'timeZone' },
    { query: `${range}&unit=day`, status: 400, field: 'unit' },
    { query: 'from=2026-01-13T00:00:00Z&to=2026-01-12T00:00:00Z', status: 400, field: 'from' },
    { query: 'from=2020-01-13T00:00:00Z&to=2026-01-12T00:00:00Z', status: 400, field: 'to' },
    { query: 'from=1969-12-31T00:00:00Z&to=1970-01-12T00:00:00Z', status: 400, field: 'from' },
    { query: `${range}&applicationIds=app_unknown`, status: 404, field: 'applicationIds' },
    { query: `${range}&applicationIds=`, status: 400, field: 'applicationIds' },
  ])('answers ?$query with $status naming $field', async ({ query, status, field }) => {
    const answer = await get(query);
    expect(answer).toMatchObject({ status, body: { field, error_description: expect.any(String) } });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.has('content-disposition')).toBe(false);
  });

  test.each([',', ';', '%20', '|', '%2C%20'])(
    'teaches to repeat applicationIds to who joins them by %s',
    async (joint) => {
      const { applicationId } = server.sample;
      const { status, body } = await get(`${range}&applicationIds=${applicationId}${joint}${applicationId}`);
      expect({ status, ...body }).toMatchObject({
        status: 400,
        error: 'invalid_request',
        field: 'applicationIds',
        error_description: expect.stringContaining('applicationIds=FIRST&applicationIds=SECOND'),
      });
    },
  );

  it('refuses other methods', async () => {
    const answer = await server.post(path, range, { headers: { authorization: `Bearer ${token}` }, basic: false });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
  });

  it('gives a long answer whole', async () => {
    for (let index = 0; index < 20; index += 1) await addApplication(server.store, `Other ${index}`);
    const from = new Date(at('2026-01-16T00:00:00Z') - 900 * 86_400_000).toISOString();
    const { text } = await get(`from=${from}&to=2026-01-16T00:00:00Z&timeZone=UTC`);
    expect(text.split('\r\n')).toHaveLength(1 + 22 * 900 + 1);
  });

  it('holds nothing when the client goes away', async () => {
    const from = new Date(at('2026-01-16T00:00:00Z') - 900 * 86_400_000).toISOString();
    const url = `${server.url}${path}?from=${from}&to=2026-01-16T00:00:00Z`;
    for (let round = 0; round < 20; round += 1) {
      await new Promise<void>((resolve, reject) => {
        const call = request(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
          response.once('data', () => response.destroy());
          response.once('close', resolve);
          response.on('error', () => undefined);
        });
        call.on('error', reject);
        call.end();
      });
    }
    expect((await get(sampleOnly())).status).toBe(200);
    expect(server.logged.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});
