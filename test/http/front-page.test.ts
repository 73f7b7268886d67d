import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { withFrontPage } from '../../src/http/front-page.js';
import { graphqlDocuments } from '../../src/http/graphql-documents.js';
import { healthRoutes } from '../../src/http/health.js';
import { createEndpoints } from '../../src/oauth/endpoints/index.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { document, echo, openApp } from './app-under-test.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const linksOf = (page: string): readonly string[] =>
  [...page.matchAll(/<a href="([^"]*)"/g)].map(([, address = '']) => address);

describe('the page at /', () => {
  it('says what the server is, and how a client gets its first token', async () => {
    const { status, headers, text } = await server.get('/', browser);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain(`<code>${server.issuer}</code>`);
    expect(text).toContain(`-d grant_type=client_credentials ${server.issuer}/token</code>`);
  });

  it('names every path that is served', async () => {
    const { text } = await server.get('/');
    const endpoints = [...createEndpoints(server.oauth), ...graphqlDocuments()].flatMap(({ paths }) => paths);
    const health = healthRoutes(() => Promise.resolve(true)).map(({ path }) => path);
    for (const path of [...endpoints, ...health, '/graphql', '/statistics/registered-users.csv']) {
      expect(text).toContain(`<code>${path}</code>`);
    }
  });

  it('links to what is answered without authentication, and to nothing else', async () => {
    const links = linksOf((await server.get('/')).text);
    expect(links).toHaveLength(9);
    for (const link of links) {
      expect(link.startsWith(server.issuer)).toBe(true);
      expect(await server.get(link.slice(server.issuer.length))).toMatchObject({ status: 200 });
    }
  });

  it('loads nothing and runs nothing: its policy allows its own style alone', async () => {
    const { text, headers } = await server.get('/');
    expect(text).not.toMatch(/<script|<link|<img|src=|@import|url\(|style="/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
  });

  it('may be kept for a while, and is asked for again by its ETag', async () => {
    const { headers } = await server.get('/');
    const again = await server.get('/', { 'if-none-match': headers.get('etag') ?? '' });
    for (const answer of [headers, again.headers]) {
      expect([answer.get('cache-control'), answer.get('vary')]).toEqual(['public, max-age=300', 'Accept']);
    }
    expect([again.status, again.text]).toEqual([304, '']);
    expect(again.headers.get('content-length')).toBeNull(); // it would be that of the page (RFC 9110 §8.6)
  });

  it('answers HEAD, and refuses other methods with 405', async () => {
    const head = await fetch(`${server.url}/`, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, expect.any(Number)]);
    const post = await fetch(`${server.url}/`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    { accept: browser.accept, status: 200 },
    { accept: '*/*', status: 200 },
    { accept: 'text/*;q=0.5, application/json', status: 200 },
    { accept: '', status: 200 },
    { accept: 'application/json', status: 404 },
    { accept: 'text/html;q=0, */*', status: 404 },
  ])('is there for who accepts HTML: "$accept" gets $status', async ({ accept, status }) => {
    const answer = await server.get('/', { accept });
    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.body).toMatchObject({ error: 'not_found', request_id: expect.any(String) });
  });

  it('writes what it shows as text', async () => {
    const issuer = 'https://a.example/<b>&"';
    const app = await openApp({ issuer, ...withFrontPage(issuer, { endpoints: [echo, document], routes: [] }) });
    expect(await (await fetch(`${app.url}/`)).text()).not.toContain('<b>');
    await app.close();
  });
});

it('is served at an issuer with a path, with a slash at its end and without', async () => {
  const below = await startTestServer({ issuerPath: '/auth' });
  for (const path of ['/auth', '/auth/', '/']) {
    const { status, text } = await below.get(path, browser);
    expect(status).toBe(200);
    expect(linksOf(text)).toContain(`${below.url}/auth/errors`);
  }
  for (const link of linksOf((await below.get('/auth')).text)) {
    expect(await below.get(link.slice(below.url.length))).toMatchObject({ status: 200 });
  }
  await below.close();
});
