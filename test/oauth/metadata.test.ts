import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { deleteApplication } from '../../src/applications/delete-application.js';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import { enableGrantTypes } from '../../src/applications/enable-grant-types.js';
import { updateApplication } from '../../src/applications/update-application.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import { StoreUnavailable } from '../../src/store/port/store.js';
import { createEndpoints } from '../../src/oauth/endpoints/index.js';
import { errorHelp } from '../../src/oauth/error-help.js';
import { oauthErrorStatus } from '../../src/oauth/oauth-error.js';
import { rotateSigningKey } from '../../src/signing-keys/rotate-signing-key.js';
import { turnsDuring } from '../support/turns.js';
import { openIssuer, type Issuer } from './open-issuer.js';

const wellKnown = '/.well-known/oauth-authorization-server';
const confidential = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const assertionAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer();
});
afterEach(() => issuer.close());

describe('the metadata document (RFC 8414)', () => {
  it.each([wellKnown, '/.well-known/openid-configuration'])('at %s says what works here', async (path) => {
    expect((await issuer.get(path)).body).toEqual({
      issuer: 'https://tallygate.example',
      token_endpoint: 'https://tallygate.example/token',
      token_endpoint_auth_methods_supported: [...confidential, 'none'],
      token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      revocation_endpoint: 'https://tallygate.example/revoke',
      revocation_endpoint_auth_methods_supported: [...confidential, 'none'],
      revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      introspection_endpoint: 'https://tallygate.example/introspect',
      introspection_endpoint_auth_methods_supported: [...confidential, 'Bearer'],
      introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      jwks_uri: 'https://tallygate.example/.well-known/jwks.json',
      grant_types_supported: ['client_credentials', 'refresh_token'],
      subject_types_supported: ['public'], // Spring Security refuses openid-configuration without
    });
  });

  it('names only endpoints that answer', async () => {
    const { body } = await issuer.get(wellKnown);
    const served = createEndpoints(issuer.oauth).flatMap(({ paths }) => paths);
    const named = Object.entries(body).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(named).toHaveLength(4);
    for (const [, url] of named) expect(served).toContain(String(url).replace('https://tallygate.example', ''));
  });

  it('has no empty list (§3.2)', async () => {
    for (const value of Object.values((await issuer.get(wellKnown)).body)) expect(value).not.toEqual([]);
  });

  it('stands behind the well-known part too when the issuer has a path (§3.1)', async () => {
    const withPath = await openIssuer({ issuer: 'https://tallygate.example/auth' });
    for (const path of [wellKnown, `${wellKnown}/auth`, '/.well-known/openid-configuration/auth']) {
      const { body } = await withPath.get(path);
      expect(body).toMatchObject({
        issuer: 'https://tallygate.example/auth',
        token_endpoint: 'https://tallygate.example/auth/token',
        jwks_uri: 'https://tallygate.example/auth/.well-known/jwks.json',
      });
    }
    await withPath.close();
  });

  it('takes nothing from the headers of the request', async () => {
    const headers = { host: 'evil@x', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
    const answer = await issuer.get(wellKnown, headers);
    expect([answer.status, answer.text.includes('evil')]).toEqual([200, false]);
  });
});

/** What a server answers whose looks at applications go through `reach`. */
const documentOver = (reach: <T>(look: () => Promise<T>) => Promise<T>) => {
  const known = issuer.store.applications;
  const applications = {
    ...known,
    find: (id: string) => reach(() => known.find(id)),
    page: (...query: Parameters<typeof known.page>) => reach(() => known.page(...query)),
  };
  const endpoints = createEndpoints({ ...issuer.oauth, store: { ...issuer.store, applications } });
  const metadata = endpoints.find(({ paths }) => paths.includes(wellKnown))!;
  const request = { method: 'GET', query: '', headers: {}, authorization: [], body: Buffer.alloc(0), requestId: 'r' };
  return async () => {
    const { status, body = '{}' } = await metadata.handle(request);
    return { status, listed: JSON.parse(body).grant_types_supported };
  };
};

describe('the password grant in the metadata (RFC 9700 §2.4)', () => {
  const grantTypes = async (): Promise<readonly string[]> => {
    issuer.clock.advance(60_000);
    return (await issuer.get(wellKnown)).body.grant_types_supported;
  };
  const all = ['client_credentials', 'password', 'refresh_token'];
  const some = ['client_credentials', 'refresh_token'];

  it('is listed while an enabled key set of an enabled application has it', async () => {
    const { client } = await issuer.keys();
    const { clientId } = client.keySet;
    const { id } = client.application;
    const grants = { clientId, grantTypes: ['password'] as const };
    expect(await grantTypes()).toEqual(some);
    await enableGrantTypes(issuer.deps, issuer.actor, grants);
    expect(await grantTypes()).toEqual(all);
    await updateKeys(issuer.deps, issuer.actor, { clientId, enabled: false });
    expect(await grantTypes()).toEqual(some);
    await updateKeys(issuer.deps, issuer.actor, { clientId, enabled: true });
    await updateApplication(issuer.deps, issuer.actor, { id, enabled: false });
    expect(await grantTypes()).toEqual(some);
    await updateApplication(issuer.deps, issuer.actor, { id, enabled: true });
    expect(await grantTypes()).toEqual(all);
    await disableGrantTypes(issuer.deps, issuer.actor, grants);
    expect(await grantTypes()).toEqual(some);
  });

  it('is found in any of many applications, and stays listed while another one has it', async () => {
    for (let count = 0; count < 101; count += 1) await issuer.application();
    const first = await issuer.keys({ grantTypes: ['password'] });
    await issuer.keys({ grantTypes: ['password'] });
    expect(await grantTypes()).toEqual(all);
    await deleteApplication(issuer.deps, issuer.actor, { id: first.client.application.id });
    expect(await grantTypes()).toEqual(all);
  });

  it('is looked for in a hundred applications at a time, and others have their turn in between', async () => {
    for (let count = 0; count < 301; count += 1) await issuer.application();
    expect(await turnsDuring(() => issuer.get(wellKnown))).toBeGreaterThanOrEqual(3);
  });

  it('is at most a minute behind', async () => {
    await grantTypes();
    await issuer.keys({ grantTypes: ['password'] });
    issuer.clock.advance(59_999);
    expect((await issuer.get(wellKnown)).body.grant_types_supported).toEqual(some);
    issuer.clock.advance(1);
    expect((await issuer.get(wellKnown)).body.grant_types_supported).toEqual(all);
  });

  it('is left as it was while the store is away, and the document is answered', async () => {
    await issuer.keys({ grantTypes: ['password'] });
    let isAway = false;
    const document = documentOver((look) => (isAway ? Promise.reject(new StoreUnavailable('away')) : look()));
    for (const { awayNow, listed } of [
      { awayNow: true, listed: some },
      { awayNow: false, listed: all },
      { awayNow: true, listed: all },
    ]) {
      isAway = awayNow;
      issuer.clock.advance(60_000);
      expect(await document()).toEqual({ status: 200, listed });
    }
  });

  it('is looked for again at once after a look that met no store', async () => {
    await issuer.keys({ grantTypes: ['password'] });
    let isAway = true;
    const document = documentOver((look) => (isAway ? Promise.reject(new StoreUnavailable('away')) : look()));
    expect(await document()).toMatchObject({ listed: some });
    isAway = false;
    expect(await document()).toMatchObject({ listed: all });
  });

  it('is looked for again when the clock was set back by more than a minute', async () => {
    await grantTypes();
    await issuer.keys({ grantTypes: ['password'] });
    issuer.clock.advance(-60_000);
    expect((await issuer.get(wellKnown)).body.grant_types_supported).toEqual(all);
  });

  it('does not hold up the document while the store takes long, once it is known', async () => {
    await issuer.keys({ grantTypes: ['password'] });
    let isSlow = false;
    let answer = (): void => undefined;
    const document = documentOver((look) =>
      isSlow ? new Promise<void>((resolve) => (answer = resolve)).then(look) : look(),
    );
    const listed = async (): Promise<unknown> => (await document()).listed;
    expect(await listed()).toEqual(all);
    isSlow = true;
    issuer.clock.advance(60_000);
    expect(await listed()).toEqual(all);
    answer();
    isSlow = false;
    expect(await listed()).toEqual(all);
  });
});

describe.each([wellKnown, '/.well-known/openid-configuration', '/.well-known/jwks.json', '/errors'])('%s', (path) => {
  it('may be kept by everybody for a while, and is asked for again by its ETag (RFC 9110 §13.1.2)', async () => {
    const first = await issuer.get(path);
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=300' } });
    const { etag = '' } = first.headers;
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await issuer.get(path, { 'if-none-match': tags });
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag, 'cache-control': 'public, max-age=300' } });
    }
    expect(await issuer.get(path, { 'if-none-match': '"other"' })).toMatchObject({ status: 200, text: first.text });
  });

  it('is for browsers of every origin', () => {
    const endpoint = createEndpoints(issuer.oauth).find(({ paths }) => paths.includes(path));
    expect(endpoint?.cors).toBe('everybody');
  });
});

describe('the JWKS (RFC 7517 §5)', () => {
  it('has another ETag after a rotation, and never a private member', async () => {
    const before = await issuer.get('/.well-known/jwks.json');
    const { keyId } = await rotateSigningKey(issuer.oauth, issuer.actor, { algorithm: 'RS256', immediately: false });
    const after = await issuer.get('/.well-known/jwks.json', { 'if-none-match': before.headers.etag ?? '' });
    expect(after.status).toBe(200);
    expect(after.body.keys.map(({ kid }: { kid: string }) => kid)).toContain(keyId);
    for (const key of after.body.keys) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(member);
      expect(key).toMatchObject({ use: 'sig', alg: expect.any(String), kid: expect.any(String) });
    }
  });
});

describe('the page of errors', () => {
  it.each(Object.keys(oauthErrorStatus))('has a section with cause, fix and a curl line for %s', async (code) => {
    const { text, headers } = await issuer.get('/errors');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const section = text.slice(text.indexOf(`<section id="${code}"`)).split('</section>')[0];
    for (const part of ['<h3>Cause</h3>', '<h3>Fix</h3>', '<code>curl ', 'https://tallygate.example']) {
      expect(section).toContain(part);
    }
  });

  it('loads nothing and runs nothing: its policy allows its own style alone', async () => {
    const { text, headers } = await issuer.get('/errors');
    expect(text).not.toMatch(/<script|<link|<img|src=|@import|url\(|style="/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('writes what it shows as text', async () => {
    const odd = await openIssuer({ issuer: 'https://a.example/<b>&"' });
    expect((await odd.get('/errors')).text).not.toContain('<b>');
    await odd.close();
    expect(
      Object.values(errorHelp)
        .flatMap(({ fix }) => fix)
        .join(''),
    ).toMatch(/^[\x20-\x7E]+$/);
  });

  it('uses in its lines to try no variable that it does not explain', async () => {
    const { text } = await issuer.get('/errors');
    const [explained = '', ...sections] = text.split('<main>');
    for (const name of sections.join('').match(/\$[A-Z_]+/g) ?? []) expect(explained).toContain(name);
  });

  test('is where error_uri points', async () => {
    const { body } = await issuer.post('/token', '');
    expect(body.error_uri).toBe('https://tallygate.example/errors#invalid_client');
  });
});
