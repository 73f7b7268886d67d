import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { newClientSecret } from '../../src/crypto/client-secret.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import type { KeySet } from '../../src/model/application.js';
import { tokenEndpoint } from '../../src/oauth/endpoints/token.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';
import { watchedStore } from '../graphql/watched-store.js';
import { basic, clientSecret, openOAuth, userPassword, type OAuthUnderTest } from './open-oauth.js';
import { secretKey } from '../support/secret-key.js';

let server: OAuthUnderTest;
let keySet: KeySet;
const grant = { grant_type: 'client_credentials' };

beforeAll(async () => {
  server = await openOAuth();
  keySet = await server.keys();
});
afterAll(() => server.close());

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const challenge = 'Basic realm="tallygate", charset="UTF-8"';

describe('client authentication', () => {
  it('takes id and secret in the header (RFC 6749 §2.3.1)', async () => {
    expect(await server.token(keySet, grant)).toMatchObject({ status: 200 });
  });

  it('takes id and secret in the body', async () => {
    const params = { ...grant, client_id: keySet.clientId, client_secret: clientSecret };
    expect(await server.token(keySet, params, { authorization: [] })).toMatchObject({ status: 200 });
  });

  it('takes ids and secrets that were brought along in any printable ASCII', async () => {
    const secret = 'p@ss w%rd+/="\\: and so on';
    const moved = await server.keys({ clientId: 'cli ent:1', secrets: [server.secret(secret)] });
    const authorization = [basic('cli ent:1', secret)];
    expect(await server.token(moved, grant, { authorization })).toMatchObject({ status: 200 });
    const params = { ...grant, client_id: 'cli ent:1', client_secret: secret };
    expect(await server.token(moved, params, { authorization: [] })).toMatchObject({ status: 200 });
  });

  it('takes the same client_id in the body beside the header, and no other one', async () => {
    expect(await server.token(keySet, { ...grant, client_id: keySet.clientId })).toMatchObject({ status: 200 });
    expect(await server.token(keySet, { ...grant, client_id: 'other' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  test.each([
    { methods: 'header and secret', params: { client_secret: clientSecret } },
    { methods: 'header and assertion', params: { client_assertion: 'x.y.z' } },
    { methods: 'header and assertion type', params: { client_assertion_type: 'x' } },
    {
      methods: 'secret and assertion',
      params: { client_secret: clientSecret, client_assertion: 'x' },
      authorization: [],
    },
  ])('refuses $methods in one request, even if all are right (RFC 6749 §2.3)', async ({ params, authorization }) => {
    const request = authorization === undefined ? {} : { authorization };
    const answer = await server.token(keySet, { ...grant, client_id: keySet.clientId, ...params }, request);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('refuses two Authorization headers', async () => {
    const header = basic(keySet.clientId, clientSecret);
    const answer = await server.token(keySet, grant, { authorization: [header, header] });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  describe('fails with invalid_client, 401 and a Basic challenge (RFC 6749 §5.2)', () => {
    test.each([
      { why: 'no authentication at all', authorization: [], params: {} },
      { why: 'a secret without an id', authorization: [], params: { client_secret: clientSecret } },
      { why: 'a confidential client’s id alone', authorization: [], params: { client_id: 'CLIENT' } },
      { why: 'an empty secret', authorization: [], params: { client_id: 'CLIENT', client_secret: '' } },
      { why: 'a wrong secret in the body', authorization: [], params: { client_id: 'CLIENT', client_secret: 'x' } },
      { why: 'an unknown client', authorization: [basic('nobody', clientSecret)], params: {} },
      { why: 'an empty client id', authorization: [basic('', clientSecret)], params: {} },
      { why: 'Bearer', authorization: ['Bearer abc'], params: {} },
      { why: 'Digest', authorization: ['Digest username="x"'], params: {} },
      { why: 'bad base64', authorization: ['Basic !!!'], params: {} },
      { why: 'no colon', authorization: ['Basic YWI='], params: {} },
      { why: 'a header beside a client id', authorization: ['Basic !!!'], params: { client_id: 'CLIENT' } },
    ])('for $why', async ({ authorization, params }) => {
      const own = Object.entries(params).map(([name, value]) => [name, value === 'CLIENT' ? keySet.clientId : value]);
      const answer = await server.token(keySet, { ...grant, ...Object.fromEntries(own) }, { authorization });
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': challenge, 'cache-control': 'no-store', pragma: 'no-cache' },
        body: { error: 'invalid_client' },
      });
    });

    it('for secrets of every length', async () => {
      for (let length = 0; length <= 300; length += 1) {
        const authorization = [basic(keySet.clientId, 'x'.repeat(length))];
        expect((await server.token(keySet, grant, { authorization })).status).toBe(401);
      }
    });
  });

  it.each([
    {
      shows: 'no credentials',
      more: { authorization: [] },
      says: 'HTTP Basic, or client_id and client_secret in the body',
    },
    {
      shows: 'a secret without client_id',
      more: { authorization: [] },
      params: { client_secret: 'x' },
      says: 'client_id',
    },
    {
      shows: 'credentials that are not base64',
      more: { authorization: ['Basic key:secret'] },
      says: 'base64 of id:secret',
    },
    { shows: 'another scheme', more: { authorization: ['Bearer abc'] }, says: 'must be Basic' },
  ])('says what would be right where the request shows $shows', async ({ more, params = {}, says }) => {
    const { status, headers, body } = await server.token(keySet, { ...grant, ...params }, more);
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' });
    expect(headers['www-authenticate']).toBe(challenge);
    expect(body.error_description).toContain(says);
  });

  it('answers a client_id alone alike, whether there is such a client or it has to authenticate', async () => {
    const off = await server.keys({ authenticationMethod: 'NONE', enabled: false });
    const answers = await Promise.all(
      ['nobody', keySet.clientId, off.clientId].map(async (id) => {
        const answer = await server.token(keySet, { ...grant, client_id: id }, { authorization: [] });
        return JSON.stringify({ ...answer, body: { ...answer.body, request_id: '' } });
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('No public client has this client_id.');
  });

  it('answers unknown, wrong, disabled and expired alike, but for the request id', async () => {
    const disabled = await server.keys({ enabled: false });
    const disabledApplication = await server.keys({}, { enabled: false });
    const expired = await server.keys({ secrets: [server.secret(clientSecret, { expiresAt: server.clock.now() })] });
    const none = await server.keys({ secrets: [] });
    const jwtOnly = await server.keys({ authenticationMethod: 'PRIVATE_KEY_JWT' });
    const publicClient = await server.keys({ authenticationMethod: 'NONE' });
    const answers = [
      await server.token(keySet, grant, { authorization: [basic('nobody', clientSecret)] }),
      await server.token(keySet, grant, { authorization: [basic(keySet.clientId, 'wrong')] }),
      await server.token(disabled, grant),
      await server.token(disabledApplication, grant),
      await server.token(expired, grant),
      await server.token(none, grant),
      await server.token(jwtOnly, grant),
      await server.token(publicClient, grant),
    ].map(({ status, headers, body }) => ({ status, headers, body: { ...body, request_id: '' } }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
  });

  it('asks to try again, and says when, where others change the client all the time', async () => {
    const rotated = { ...server.secret('x'.repeat(30)), retiresOlderAfterSeconds: 0 };
    const changing = await server.keys({ secrets: [server.secret(clientSecret), rotated] });
    const lost = () => Promise.resolve('version_moved' as const);
    const store = { ...server.store, applications: { ...server.store.applications, replace: lost } };
    const authorization = [basic(changing.clientId, 'x'.repeat(30))];
    const sent = { method: 'POST', query: '', headers: form, authorization, body: Buffer.from(''), requestId: '' };
    await expect(tokenEndpoint({ ...server.deps, store }).handle(sent)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      headers: { 'retry-after': '1' },
    });
  });

  it('asks the store as much for a client that is there as for one that is not, before it refuses it', async () => {
    const { store, calls } = watchedStore(server.store);
    const endpoint = tokenEndpoint({ ...server.deps, store });
    const off = await server.keys({ enabled: false });
    const publicOff = await server.keys({ authenticationMethod: 'NONE', enabled: false });
    const callsFor = async (body: string): Promise<readonly string[]> => {
      calls.length = 0;
      const sent = { method: 'POST', query: '', headers: form, authorization: [], remoteAddress: '', requestId: '' };
      await expect(endpoint.handle({ ...sent, body: Buffer.from(body) })).rejects.toThrow(OAuthError);
      return [...calls];
    };
    for (const body of ['client_id=nobody', `client_id=nobody&client_secret=${clientSecret}`]) {
      expect(await callsFor(body)).toEqual(['applications.findClient']);
    }
    for (const body of [
      `client_id=${keySet.clientId}`,
      `client_id=${keySet.clientId}&client_secret=wrong`,
      `client_id=${off.clientId}&client_secret=${clientSecret}`,
      `client_id=${publicOff.clientId}`,
      `client_id=${publicOff.clientId}&client_secret=${clientSecret}`,
    ]) {
      expect(await callsFor(body)).toEqual(['applications.findClient', 'applications.findNobody']);
    }
  });

  it('tells the log what failed, and nothing of the request', async () => {
    await server.token(keySet, grant, { authorization: [basic('nobody', 'some secret')] });
    const event = server.refused.at(-1);
    expect(event).toMatchObject({ code: 'invalid_client', detail: 'unknown client' });
    expect([event?.client, event?.claimedClientId]).toEqual([undefined, undefined]);
    expect(JSON.stringify(event)).not.toMatch(/nobody|some secret/);
  });

  it('takes every live secret, and none after its end', async () => {
    const [first, second] = [newClientSecret().reveal(), newClientSecret().reveal()];
    const end = server.clock.now() + 5000;
    const rotating = await server.keys({ secrets: [server.secret(first, { expiresAt: end }), server.secret(second)] });
    const statusOf = async (secret: string) =>
      (await server.token(rotating, grant, { authorization: [basic(rotating.clientId, secret)] })).status;
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    server.clock.set(end - 1);
    expect(await statusOf(first)).toBe(200);
    server.clock.set(end);
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
  });

  it('takes a secret whose digest was written under an older secret key', async () => {
    const older = createKeyring([secretKey(9)]);
    const secrets = [{ ...server.secret('x'.repeat(20)), digest: older.digest('client-secret', clientSecret) }];
    const kept = await server.keys({ secrets });
    expect((await server.token(kept, grant)).status).toBe(401);
    expect(server.refused.at(-1)?.detail).toContain('made with a key that TALLYGATE_SECRET_KEY lacks');
    const keyring = createKeyring([secretKey(7), secretKey(9)]);
    const { tokenEndpoint } = await import('../../src/oauth/endpoints/token.js');
    const answer = await tokenEndpoint({ ...server.deps, keyring }).handle({
      method: 'POST',
      query: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      authorization: [basic(kept.clientId, clientSecret)],
      body: Buffer.from('grant_type=client_credentials'),
      requestId: 'req',
    });
    expect(answer.status).toBe(200);
  });

  it('notes the secret that was used, and no other one', async () => {
    const [used, unused] = [server.secret(clientSecret), server.secret('x'.repeat(20))];
    const noted = await server.keys({ secrets: [unused, used] });
    server.uses.length = 0;
    await server.token(noted, grant);
    expect(server.uses).toEqual([used.id, noted.id]);
  });

  describe('of a public client', () => {
    it('is its client_id', async () => {
      const open = await server.keys({ authenticationMethod: 'NONE', secrets: [], grantTypes: ['password'] });
      await server.user({ username: 'public-user' });
      const params = { grant_type: 'password', username: 'public-user', password: 'correct horse battery staple' };
      const answer = await server.token(open, { ...params, client_id: open.clientId }, { authorization: [] });
      expect(answer.status).toBe(200);
    });

    it('fails with a secret (RFC 6749 §3.2.1)', async () => {
      const open = await server.keys({ authenticationMethod: 'NONE' });
      const params = { ...grant, client_id: open.clientId, client_secret: clientSecret };
      expect((await server.token(open, params, { authorization: [] })).status).toBe(401);
    });

    it('fails with the type of an assertion and none (RFC 7521 §4.2)', async () => {
      const open = await server.keys({ authenticationMethod: 'NONE', secrets: [], grantTypes: ['password'] });
      const { username } = await server.user({ username: 'type-alone' });
      const login = { grant_type: 'password', username, password: userPassword, client_id: open.clientId };
      const asked = { ...login, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
      expect(await server.token(open, asked, { authorization: [] })).toMatchObject({
        status: 401,
        body: { error: 'invalid_client', error_description: expect.stringContaining('client_assertion must be') },
      });
      expect((await server.token(open, login, { authorization: [] })).status).toBe(200);
    });

    it('does not open client_credentials (RFC 6749 §4.4)', async () => {
      const open = await server.keys({ authenticationMethod: 'NONE' });
      const answer = await server.token(open, { ...grant, client_id: open.clientId }, { authorization: [] });
      expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    });

    it('fails while it is disabled, like that of an unknown one', async () => {
      const off = await server.keys({ authenticationMethod: 'NONE', enabled: false });
      const [disabled, unknown] = [off.clientId, 'nobody'].map((client_id) =>
        server.token(off, { ...grant, client_id }, { authorization: [] }),
      );
      const [first, second] = [await disabled, await unknown];
      expect(first?.status).toBe(401);
      expect({ ...first?.body, request_id: '' }).toEqual({ ...second?.body, request_id: '' });
    });
  });

  it('is asked for before anything else of the request is judged', async () => {
    const answer = await server.token(keySet, { grant_type: 'nonsense' }, { authorization: [] });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});
