import { afterAll, describe, expect, test } from '@jest/globals';
import { startTestServer } from './support/server.js';

const server = await startTestServer();
afterAll(() => server.close());

const lineOf = (requestId: string) =>
  server.logged.find(({ level, fields }) => level === 'info' && fields['requestId'] === requestId);

describe('the log of a refusal', () => {
  const { key } = server.sample;
  test.each([
    {
      what: 'a wrong secret at /token',
      ...{ path: '/token', fields: { grant_type: 'client_credentials', client_id: key, client_secret: 'x' } },
      ...{ event: 'token_refused', says: { endpoint: 'token', detail: 'wrong secret', clientId: key } },
    },
    {
      what: 'a client that is not there, without what was sent',
      ...{ path: '/token', fields: { grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'x' } },
      ...{ event: 'token_refused', says: { endpoint: 'token', detail: 'unknown client', clientId: undefined } },
    },
    {
      what: 'a wrong secret at /introspect',
      ...{ path: '/introspect', fields: { token: 'x', client_id: key, client_secret: 'x' } },
      ...{ event: 'request_refused', says: { endpoint: 'introspect', detail: 'wrong secret', clientId: key } },
    },
    {
      what: 'a wrong secret at /revoke',
      ...{ path: '/revoke', fields: { token: 'x', client_id: key, client_secret: 'x' } },
      ...{ event: 'request_refused', says: { endpoint: 'revoke', detail: 'wrong secret', clientId: key } },
    },
  ])('tells of $what', async ({ path, fields, event, says }) => {
    const body = new URLSearchParams(fields);
    const answer = await fetch(`${server.url}${path}`, { method: 'POST', body });
    const { request_id: requestId } = (await answer.json()) as { request_id: string };
    expect(lineOf(requestId)).toMatchObject({
      event,
      fields: { code: 'invalid_client', remoteAddress: '127.0.0.1', ...says },
    });
  });
});
