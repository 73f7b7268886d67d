import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { hashSync } from '@node-rs/argon2';
import { HashQueueFull } from '../../src/crypto/password-hasher.js';
import type { KeySet } from '../../src/model/application.js';
import type { User } from '../../src/model/user.js';
import { parseForm } from '../../src/oauth/form.js';
import { password } from '../../src/oauth/grants/password.js';
import { registrationsOf as registrationsIn } from '../store/registration-reading.js';
import { auditEvent, claimsOf, openOAuth, userPassword, type OAuthUnderTest } from './open-oauth.js';

let server: OAuthUnderTest;
let keySet: KeySet;
let alice: User;
const login = { grant_type: 'password', username: 'alice', password: userPassword };
const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };

beforeAll(async () => {
  server = await openOAuth();
  keySet = await server.keys();
  alice = await server.user();
});
beforeEach(() => {
  server.issued.length = 0;
  server.refused.length = 0;
});
afterAll(() => server.close());

const registrationsOf = (user: User) => registrationsIn(server.store, user.id);
const familiesOf = async (user: User) =>
  (await server.store.tokens.pageFamilies({ userId: user.id }, { first: 100 })).items;

describe('the password grant', () => {
  it('gives an access and a refresh token of the user (RFC 6749 §4.3)', async () => {
    const { status, body } = await server.token(keySet, { ...login, scope: 'read' });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^tgr_fam_[A-Za-z0-9_-]{20}\.0\.[A-Za-z0-9._-]+$/),
      scope: 'read',
    });
    expect(claimsOf(body.access_token)).toMatchObject({ sub: alice.id, client_id: keySet.clientId, scope: 'read' });
    expect(server.issued).toMatchObject([{ grantType: 'password', userId: alice.id }]);
  });

  it('opens a family with the lifetimes of the keys', async () => {
    const bob = await server.user({ username: 'bob' });
    const own = await server.keys({ refreshTokenLifetimeSeconds: 100, refreshTokenIdleSeconds: 60, epoch: 3 });
    await server.token(own, { ...login, username: 'bob', scope: 'read' });
    const at = server.clock.now();
    expect(await familiesOf(bob)).toEqual([
      {
        id: expect.stringMatching(/^fam_/),
        grantType: 'password',
        applicationId: expect.stringMatching(/^app_/),
        keySetId: own.id,
        clientId: own.clientId,
        environment: 'PRODUCTION',
        userId: bob.id,
        scopes: ['read'],
        epochs: { client: 3, grant: 0, user: 0 },
        generation: 0,
        generationAt: at,
        issuedAt: at,
        lastUsedAt: at,
        idleExpiresAt: at + 60_000,
        absoluteExpiresAt: at + 100_000,
      },
    ]);
  });

  it('gives no refresh token to keys without refresh_token, though there is a family', async () => {
    const carol = await server.user({ username: 'carol' });
    const own = await server.keys({ grantTypes: ['password'] });
    const { body } = await server.token(own, { ...login, username: 'carol' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(await familiesOf(carol)).toHaveLength(1);
  });

  it('gives an opaque access token with its family', async () => {
    const own = await server.keys({ accessTokenFormat: 'OPAQUE' });
    const { body } = await server.token(own, login);
    expect(body).toMatchObject({ access_token: expect.stringMatching(/^tga_/), refresh_token: expect.any(String) });
  });

  test.each([
    { params: { grant_type: 'password' }, missing: 'both' },
    { params: { grant_type: 'password', username: 'alice' }, missing: 'password' },
    { params: { grant_type: 'password', password: userPassword }, missing: 'username' },
    { params: { ...login, password: '' }, missing: 'a password with characters' },
    {
      params: { grant_type: 'password', 'username[$ne]': 'x', password: userPassword },
      missing: 'username by its name',
    },
  ])('refuses a request without $missing with invalid_request', async ({ params }) => {
    const answer = await server.token(keySet, Object.fromEntries(Object.entries(params)));
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('answers whatever is wrong with the credentials alike, but for the request id', async () => {
    await server.user({ username: 'disabled', enabled: false });
    const bare = { id: 'usr_bare', username: 'bare', enabled: true, epoch: 0, createdAt: 0 };
    await server.store.users.create(bare, auditEvent());
    const wrong = [
      { ...login, password: 'wrong password' },
      { ...login, username: 'nobody' },
      { ...login, username: 'disabled' },
      { ...login, username: 'bare' },
      { ...login, username: 'not a name' },
      { ...login, username: 'x'.repeat(2000) },
      { ...login, password: `${userPassword} ` },
      { ...login, password: userPassword.toUpperCase() },
      { ...login, password: 'x'.repeat(1025) },
      { ...login, password: 'é'.repeat(513) },
    ];
    const answers = [];
    // One after the other: on a busy machine some of ten at once would not be hashed at all.
    for (const params of wrong) answers.push(await server.token(keySet, params));
    const bodies = answers.map(({ status, headers, body }) =>
      JSON.stringify({ status, headers, ...body, request_id: '' }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(answers[0]).toMatchObject(invalidGrant);
    expect(new Set(server.refused.map(({ detail }) => detail)).size).toBeGreaterThan(3);
    expect(JSON.stringify(server.refused.map(({ detail }) => detail))).not.toMatch(/alice|nobody/);
  });

  it('uses the password exactly as it came (ASVS 6.2.8), up to 1,024 bytes', async () => {
    const passwords = [' with spaces ', 'non-ASCII ÅäΩ😀', 'x'.repeat(1024), 'é'.repeat(512), 'A\u030A'];
    for (const [index, password] of passwords.entries()) {
      const username = `exact-${index}`;
      await server.user({ username }, password);
      expect((await server.token(keySet, { ...login, username, password })).status).toBe(200);
    }
    expect(await server.token(keySet, { ...login, username: 'exact-4', password: '\u00C5' })).toMatchObject(
      invalidGrant,
    );
  });

  test.each(['ALICE', 'Alice', '\uFF21lice'])('finds the user by %s (RFC 8265)', async (username) => {
    expect((await server.token(keySet, { ...login, username })).status).toBe(200);
  });

  it('does the work of a hash whatever is wrong, and is far from telling by its time', async () => {
    const requests = [
      { ...login, password: 'wrong password' },
      { ...login, username: 'nobody' },
      { ...login, username: 'not a name' },
      { ...login, username: 'disabled' },
      { ...login, password: 'x'.repeat(30_000) },
    ];
    const fastest = requests.map(() => Infinity);
    for (let round = 0; round < 15; round += 1) {
      for (const [index, params] of requests.entries()) {
        const start = performance.now();
        await server.token(keySet, params);
        fastest[index] = Math.min(fastest[index]!, performance.now() - start);
      }
    }
    // Without a hash it would be a hundredth; a busy machine makes a factor of two by itself.
    expect(Math.min(...fastest) / Math.max(...fastest)).toBeGreaterThan(0.2);
  });

  it('never gives a scope that opens the management API or introspection', async () => {
    const scopes = ['read', 'users:read', 'introspect'];
    const mixed = await server.keys({ scopes, defaultScopes: scopes });
    expect((await server.token(mixed, login)).body.scope).toBe('read');
    for (const scope of ['users:read', 'introspect', 'read users:read']) {
      expect(await server.token(mixed, { ...login, scope })).toMatchObject({ body: { error: 'invalid_scope' } });
    }
    const only = await server.keys({ scopes: ['users:read'], defaultScopes: ['users:read'] });
    expect(await server.token(only, login)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  // Else the answer would tell whether the password is right, without a token that shows it to anybody.
  it.each([
    { wrong: { scope: 'root' }, error: 'invalid_scope' },
    { wrong: { validity_period: '0' }, error: 'invalid_request' },
    { wrong: { resource: 'https://unknown.example' }, error: 'invalid_target' },
  ])('judges what else is asked for before the password: $wrong', async ({ wrong, error }) => {
    for (const password of ['wrong', userPassword]) {
      expect(await server.token(keySet, { ...login, password, ...wrong })).toMatchObject({ body: { error } });
    }
  });

  it('makes a new hash at a login when the parameters were others', async () => {
    const old = hashSync(userPassword, { memoryCost: 8192, timeCost: 3, parallelism: 1 });
    const dave = await server.user({ username: 'dave', passwordHash: old });
    expect((await server.token(keySet, { ...login, username: 'dave' })).status).toBe(200);
    const { passwordHash, epoch } = (await server.store.users.find(dave.id))!;
    expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(epoch).toBe(0);
    expect((await server.token(keySet, { ...login, username: 'dave' })).status).toBe(200);
  });

  it('leaves the old hash for the next login where no thread is free for a new one', async () => {
    const old = hashSync(userPassword, { memoryCost: 8192, timeCost: 3, parallelism: 1 });
    const { id } = await server.user({ username: 'dora', passwordHash: old });
    const hash = () => Promise.reject(new HashQueueFull(1));
    const deps = { ...server.deps, passwordHasher: { ...server.deps.passwordHasher, hash } };
    const { application } = (await server.store.applications.findClient(keySet.clientId))!;
    const form = parseForm(Buffer.from(new URLSearchParams({ ...login, username: 'dora' }).toString()));
    const request = { form, client: { application, keySet }, at: server.clock.now() };
    expect(await password.authorise(deps, request)).toMatchObject({ user: { id } });
    expect((await server.store.users.find(id))?.passwordHash).toBe(old);
  });

  it('answers a damaged hash like a wrong password', async () => {
    await server.user({ username: 'erin', passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$AAAA' });
    expect(await server.token(keySet, { ...login, username: 'erin' })).toMatchObject(invalidGrant);
  });

  it('registers the user with the application, once, at the first token', async () => {
    const frank = await server.user({ username: 'frank' });
    const own = await server.keys();
    expect(await registrationsOf(frank)).toEqual([]);
    const first = server.clock.now();
    await server.token(own, { ...login, username: 'frank' });
    server.clock.advance(60_000);
    await server.token(own, { ...login, username: 'frank' });
    const [registration, ...others] = await registrationsOf(frank);
    expect(others).toEqual([]);
    expect(registration).toMatchObject({ userId: frank.id, firstTokenAt: first });
    expect(registration?.environments.PRODUCTION).toMatchObject({ firstTokenAt: first });
  });

  it('registers nobody by a refused login', async () => {
    const grace = await server.user({ username: 'grace' });
    await server.token(keySet, { ...login, username: 'grace', password: 'wrong' });
    await server.token(keySet, { ...login, username: 'grace', scope: 'root' });
    await server.token(keySet, { ...login, username: 'grace', resource: 'https://x.example' });
    expect(await registrationsOf(grace)).toEqual([]);
    expect(await familiesOf(grace)).toEqual([]);
  });

  it('registers once under 64 parallel first logins, and gives each its own tokens', async () => {
    const heidi = await server.user({ username: 'heidi' });
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => server.token(keySet, { ...login, username: 'heidi' })),
    );
    const tokens = answers.filter(({ status }) => status === 200).map(({ body }) => body.access_token);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(await registrationsOf(heidi)).toHaveLength(1);
    expect(await familiesOf(heidi)).toHaveLength(tokens.length);
  });
});
