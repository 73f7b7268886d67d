import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/metrics.js';
import { registeredUsersMetric } from '../../src/statistics/registered-totals.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('count requests, tokens issued and tokens refused, by names of closed sets only', async () => {
  await server.token('grant_type=client_credentials');
  await server.token('grant_type=client_credentials', { basic: ['sample', 'a-wrong-secret-of-the-client'] });
  await server.token('grant_type=client_credentials&scope=root');
  await server.get('/somewhere/else');
  const page = await server.metrics.page();
  expect(page).toContain('tallygate_tokens_issued_total{grant_type="client_credentials"} 1');
  expect(page).toContain('tallygate_tokens_refused_total{grant_type="client_credentials",error="invalid_scope"} 1');
  expect(page).toMatch(
    /tallygate_tokens_refused_total\{grant_type="(none|client_credentials)",error="invalid_client"\} 1/,
  );
  expect(page).toContain('tallygate_http_requests_total{path="/token",status="200"} 1');
  expect(page).toContain('tallygate_http_requests_total{path="other",status="404"} 1');
  expect(page).toContain('tallygate_http_request_duration_seconds_count{path="/token"} 3');
  expect(page).toContain('nodejs_eventloop_lag_seconds');
});

it('show the registered users of each application when they are asked for', async () => {
  const { username, password, applicationId } = server.sample;
  await server.token({ grant_type: 'password', username, password });
  const metrics = createMetrics();
  metrics.addRegisteredUsers(() => registeredUsersMetric(server.store));
  server.clock.advance(1000);
  expect(await metrics.page()).toContain(`tallygate_registered_users{application="${applicationId}"} 1`);
});

it('leave out what the store cannot tell, and show the rest', async () => {
  const metrics = createMetrics();
  metrics.addRegisteredUsers(() => Promise.reject(new Error('the store is away')));
  const page = await metrics.page();
  expect(page).not.toContain('tallygate_registered_users{');
  expect(page).toContain('process_resident_memory_bytes');
});
