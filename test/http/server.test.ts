import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('answers from the first token to the first figure', async () => {
  const machine = await server.token('grant_type=client_credentials&scope=test');
  expect(machine).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600, scope: 'test' } });
  const { username, password } = server.sample;
  const person = await server.token({ grant_type: 'password', username, password });
  expect(person).toMatchObject({ status: 200, body: { refresh_token: expect.stringMatching(/^tgr_/) } });
  const query = '{ application(name: "Sample application") { registeredUsers { total } } }';
  const figure = await server.graphql(query, {}, await server.adminToken(['statistics:read']));
  expect(figure).toMatchObject({ status: 200, body: { data: { application: { registeredUsers: { total: 1 } } } } });
});
