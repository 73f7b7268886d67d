import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import type { KeySet } from '../../src/model/application.js';
import { inspectAccessToken } from '../../src/oauth/inspect-token.js';
import { opaqueTokenKey } from '../../src/oauth/opaque-token.js';
import { refuseReplay } from '../../src/oauth/refresh-replay.js';
import { decodeTokenId } from '../../src/oauth/token-id.js';
import { claimsOf, openOAuth, userPassword, type Answer, type OAuthUnderTest } from './open-oauth.js';

let server: OAuthUnderTest;
let keySet: KeySet;
const login = { grant_type: 'password', username: 'alice', password: userPassword };
const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };

beforeAll(async () => {
  server = await openOAuth();
  keySet = await server.keys();
  await server.user();
});
beforeEach(() => {
  server.issued.length = 0;
  server.refused.length = 0;
});
afterAll(() => server.close());

const firstToken = async (keys = keySet, scope = 'read write'): Promise<string> => {
  const { body } = await server.token(keys, { ...login, scope });
  return body.refresh_token;
};
const refresh = (
  token: string,
  { keys = keySet, ...more }: { keys?: KeySet } & Record<string, any> = {},
): Promise<Answer> => server.token(keys, { grant_type: 'refresh_token', refresh_token: token, ...more });
const familyOf = (token: string) => server.store.tokens.findFamily(token.slice(4).split('.')[0]!);

describe('the refresh_token grant', () => {
  it('exchanges a refresh token for a new pair (RFC 6749 §6)', async () => {
    const token = await firstToken();
    server.clock.advance(5000);
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read write' });
    expect(body.refresh_token).not.toBe(token);
    expect(body.refresh_token).toMatch(/\.1\./);
    expect(server.issued.at(-1)).toMatchObject({ grantType: 'refresh_token', userId: expect.stringMatching(/^usr_/) });
    expect(await familyOf(token)).toMatchObject({ generation: 1, generationAt: server.clock.now() });
  });

  it('keeps subject and family of the first token', async () => {
    const first = await server.token(keySet, login);
    const second = await refresh(first.body.refresh_token);
    const [before, after] = [claimsOf(first.body.access_token), claimsOf(second.body.access_token)];
    expect(after).toMatchObject({ sub: before.sub, client_id: before.client_id });
    const [family, same] = [before, after].map(({ jti }) => decodeTokenId(server.deps.keyring, jti));
    expect(family?.familyId).toMatch(/^fam_/);
    expect(same).toEqual(family);
  });

  test.each([
    { params: { grant_type: 'refresh_token' }, error: 'invalid_request', why: 'no refresh_token' },
    { params: { grant_type: 'refresh_token', refresh_token: '' }, error: 'invalid_request', why: 'an empty one' },
    { params: { grant_type: 'refresh_token', refresh_token: 'x' }, error: 'invalid_grant', why: 'garbage' },
    {
      params: { grant_type: 'refresh_token', refresh_token: 'tgr_fam_x.0.a.b' },
      error: 'invalid_grant',
      why: 'a forged one',
    },
  ])('refuses $why with $error', async ({ params, error }) => {
    const answer = await server.token(keySet, Object.fromEntries(Object.entries(params)));
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  it('refuses another client, and costs the owner nothing (RFC 6749 §6)', async () => {
    const token = await firstToken();
    const other = await server.keys();
    for (let round = 0; round < 3; round += 1)
      expect(await refresh(token, { keys: other })).toMatchObject(invalidGrant);
    expect((await refresh(token)).status).toBe(200);
  });

  it('rotates the tokens of a public client, which sends its client_id alone (RFC 9700 §4.14.2)', async () => {
    const settings = { authenticationMethod: 'NONE', secrets: [], grantTypes: ['password', 'refresh_token'] } as const;
    const keys = await server.keys(settings);
    const ask = (params: Record<string, string>) =>
      server.token(keys, { ...params, client_id: keys.clientId }, { authorization: [] });
    const first = (await ask(login)).body.refresh_token;
    const second = (await ask({ grant_type: 'refresh_token', refresh_token: first })).body.refresh_token;
    expect(second).not.toBe(first);
    expect((await ask({ grant_type: 'refresh_token', refresh_token: second })).status).toBe(200);
    expect(await ask({ grant_type: 'refresh_token', refresh_token: first })).toMatchObject(invalidGrant);
  });

  it('takes validity_period for the access token, and leaves the family as it is', async () => {
    const token = await firstToken();
    const before = await familyOf(token);
    const { body } = await refresh(token, { validity_period: '120' });
    expect(body.expires_in).toBe(120);
    expect((await familyOf(token))?.absoluteExpiresAt).toBe(before?.absoluteExpiresAt);
  });

  it('may ask for each resource of the keys, whichever the first token was for (RFC 8707 §2.2)', async () => {
    const keys = await server.keys({ audience: ['https://orders.example', 'https://billing.example'] });
    const first = await server.token(keys, { ...login, resource: 'https://orders.example' });
    expect(claimsOf(first.body.access_token).aud).toBe('https://orders.example');
    const other = await refresh(first.body.refresh_token, { keys, resource: 'https://billing.example' });
    expect(claimsOf(other.body.access_token).aud).toBe('https://billing.example');
    const foreign = await refresh(other.body.refresh_token, { keys, resource: 'https://foreign.example' });
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    const whole = await refresh(other.body.refresh_token, { keys });
    expect(claimsOf(whole.body.access_token).aud).toEqual(['https://orders.example', 'https://billing.example']);
  });

  describe('the scope', () => {
    it('may be narrowed, and the new refresh token still has all of it (RFC 6749 §6)', async () => {
      const { body } = await refresh(await firstToken(), { scope: 'write' });
      expect(body.scope).toBe('write');
      expect((await refresh(body.refresh_token)).body.scope).toBe('read write');
    });

    it('may not grow, and asking costs nothing', async () => {
      const token = await firstToken(keySet, 'read');
      for (const scope of ['read write', 'default', 'a  b', 'READ']) {
        expect(await refresh(token, { scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
      }
      expect(await familyOf(token)).toMatchObject({ generation: 0 });
      expect((await refresh(token)).status).toBe(200);
    });

    it('is answered without what the keys have lost, with it when it is given back', async () => {
      const keys = await server.keys();
      const first = await firstToken(keys);
      await server.change(keys, { scopes: ['default', 'read'] });
      const second = await refresh(first, { keys });
      expect(second.body.scope).toBe('read');
      expect((await refresh(second.body.refresh_token, { keys, scope: 'read write' })).body.scope).toBe('read');
      const third = (await refresh(second.body.refresh_token, { keys })).body.refresh_token;
      expect(await refresh(third, { keys, scope: 'write' })).toMatchObject({ body: { error: 'invalid_scope' } });
      await server.change(keys, { scopes: ['default', 'write', 'read'] });
      expect((await refresh(third, { keys })).body.scope).toBe('read write');
    });

    it('that is lost as a whole is invalid_grant, until it is given back', async () => {
      const keys = await server.keys();
      const token = await firstToken(keys);
      await server.change(keys, { scopes: ['default'] });
      expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
      await server.change(keys, { scopes: ['write'] });
      expect((await refresh(token, { keys })).body.scope).toBe('write');
    });
  });

  describe('a spent refresh token', () => {
    it('shown again within the window gets the same successor and an access token of its own', async () => {
      const token = await firstToken();
      const first = await refresh(token);
      server.clock.advance(9_999);
      const again = await refresh(token);
      expect(again.status).toBe(200);
      expect(again.body.refresh_token).toBe(first.body.refresh_token);
      expect(again.body.access_token).not.toBe(first.body.access_token);
      expect((await refresh(first.body.refresh_token)).status).toBe(200);
    });

    it('shown again within the window keeps an opaque access token as well', async () => {
      const keys = await server.keys({ accessTokenFormat: 'OPAQUE' });
      const token = await firstToken(keys);
      const answers = [await refresh(token, { keys }), await refresh(token, { keys })];
      for (const { body } of answers) {
        const row = await server.store.tokens.findAccessToken(opaqueTokenKey(body.access_token), server.clock.now());
        expect(row?.familyId).toBe((await familyOf(token))?.id);
      }
    });

    it('shown again after the window ends the family (RFC 9700 §4.14.2)', async () => {
      const token = await firstToken();
      const { body } = await refresh(token);
      server.clock.advance(10_000);
      expect(await refresh(token)).toMatchObject(invalidGrant);
      expect(await refresh(body.refresh_token)).toMatchObject(invalidGrant);
      expect(await familyOf(token)).toMatchObject({ revokedAt: server.clock.now() });
    });

    it('shown again after its successor was spent ends the family, window or not', async () => {
      const token = await firstToken();
      const second = (await refresh(token)).body.refresh_token;
      const third = (await refresh(second)).body.refresh_token;
      expect(await refresh(token)).toMatchObject(invalidGrant);
      expect(await refresh(third)).toMatchObject(invalidGrant);
    });

    test.each([{ scope: 'nope' }, { validity_period: '0' }, { resource: 'https://unknown.example' }])(
      'ends the family whatever else is wrong with the request: %j',
      async (wrong) => {
        const token = await firstToken();
        const second = (await refresh(token)).body.refresh_token;
        const third = (await refresh(second)).body.refresh_token;
        const params = { grant_type: 'refresh_token', refresh_token: token, ...wrong };
        expect(await server.token(keySet, params)).toMatchObject(invalidGrant);
        expect(await refresh(third)).toMatchObject(invalidGrant);
      },
    );

    test.each([
      { over: 'it was not used for its idle time', settings: { refreshTokenIdleSeconds: 60 } },
      { over: 'its life ended', settings: { refreshTokenLifetimeSeconds: 60, refreshTokenIdleSeconds: 60 } },
    ])('ends the access tokens that outlive the family also after $over', async ({ settings }) => {
      const keys = await server.keys(settings);
      const token = await firstToken(keys);
      const { access_token: last } = (await refresh(token, { keys })).body;
      server.clock.advance(60_000);
      expect(await inspectAccessToken(server.deps, last, server.clock.now())).toMatchObject({ active: true });
      expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
      expect(await inspectAccessToken(server.deps, last, server.clock.now())).toEqual({ active: false });
    });

    it('within the window is refused without a theft when the family is over by then', async () => {
      const keys = await server.keys({ refreshTokenIdleSeconds: 5 });
      const token = await firstToken(keys);
      const { access_token: last } = (await refresh(token, { keys })).body;
      server.clock.advance(5000);
      expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
      expect(await inspectAccessToken(server.deps, last, server.clock.now())).toMatchObject({ active: true });
    });

    it('within the window is refused without a theft when the family ends while it is answered', async () => {
      const keys = await server.keys({ refreshTokenIdleSeconds: 5 });
      const token = await firstToken(keys);
      await refresh(token, { keys });
      const client = (await server.store.applications.findClient(keys.clientId))!;
      const family = (await familyOf(token))!;
      const { idleExpiresAt: end } = family;
      const replay = (at: number) =>
        refuseReplay(server.store.tokens, { client, presentedGeneration: 0, arrivedAt: end - 1, at }, family);
      await expect(replay(end)).rejects.toMatchObject({ code: 'invalid_grant', detail: 'family expired' });
      expect((await familyOf(token))?.revokedAt).toBeUndefined();
      await expect(replay(end - 1)).resolves.toBeUndefined();
    });

    it('ends the family without a window only when more than a second has passed', async () => {
      const keys = await server.keys({ refreshTokenReuseWindowSeconds: 0 });
      const token = await firstToken(keys);
      const successor = (await refresh(token, { keys })).body.refresh_token;
      server.clock.advance(1000);
      expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
      const next = await refresh(successor, { keys });
      expect(next.status).toBe(200);
      server.clock.advance(1001);
      expect(await refresh(successor, { keys })).toMatchObject(invalidGrant);
      expect(await refresh(next.body.refresh_token, { keys })).toMatchObject(invalidGrant);
    });

    test.each([10, 0])(
      'ends the family when the clock was set back meanwhile, with a window of %d s',
      async (refreshTokenReuseWindowSeconds) => {
        const keys = await server.keys({ refreshTokenReuseWindowSeconds });
        const token = await firstToken(keys);
        const { body } = await refresh(token, { keys });
        server.clock.advance(-3_600_000);
        expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
        expect(await refresh(body.refresh_token, { keys })).toMatchObject(invalidGrant);
        server.clock.advance(3_600_000);
      },
    );

    it('of a generation that the store has never reached ends the family: the store was set back', async () => {
      const token = await firstToken();
      const family = (await familyOf(token))!;
      const { formatRefreshToken } = await import('../../src/oauth/refresh-token.js');
      const later = formatRefreshToken(server.deps.keyring, {
        familyId: family.id,
        generation: 5,
        keySetId: keySet.id,
      });
      expect(await refresh(later.reveal())).toMatchObject(invalidGrant);
      expect(await familyOf(token)).toHaveProperty('revokedAt');
    });
  });

  describe('64 times at once', () => {
    const race = (token: string, keys: KeySet) =>
      Promise.all(Array.from({ length: 64 }, () => refresh(token, { keys })));

    it('makes one new generation, and all answers carry the same refresh token', async () => {
      const token = await firstToken();
      const answers = await race(token, keySet);
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 64 }, () => 200));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
      expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(64);
      expect(await familyOf(token)).toMatchObject({ generation: 1 });
    });

    it('has one winner without a window, and the family lives', async () => {
      const keys = await server.keys({ refreshTokenReuseWindowSeconds: 0 });
      const token = await firstToken(keys);
      const answers = await race(token, keys);
      const [winner, ...others] = answers.filter(({ status }) => status === 200);
      expect(others).toEqual([]);
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(63);
      expect((await refresh(winner?.body.refresh_token, { keys })).status).toBe(200);
    });
  });

  describe('ends', () => {
    it('when the family was not used for its idle time', async () => {
      const keys = await server.keys({ refreshTokenIdleSeconds: 60 });
      const [first, second] = [await firstToken(keys), await firstToken(keys)];
      server.clock.advance(59_999);
      const kept = await refresh(first, { keys });
      expect(kept.status).toBe(200);
      server.clock.advance(1);
      expect(await refresh(second, { keys })).toMatchObject(invalidGrant);
      server.clock.advance(59_998);
      expect((await refresh(kept.body.refresh_token, { keys })).status).toBe(200);
    });

    it('with the absolute life of the family, whatever was refreshed', async () => {
      const keys = await server.keys({ refreshTokenIdleSeconds: 60, refreshTokenLifetimeSeconds: 100 });
      let token = await firstToken(keys);
      for (const seconds of [50, 49]) {
        server.clock.advance(seconds * 1000);
        token = (await refresh(token, { keys })).body.refresh_token;
      }
      expect(await familyOf(token)).toMatchObject({ generation: 2 });
      server.clock.advance(1000);
      expect(await refresh(token, { keys })).toMatchObject(invalidGrant);
    });

    it('while refresh_token is taken from the keys, and goes on when it is given back', async () => {
      const keys = await server.keys();
      const token = await firstToken(keys);
      await server.change(keys, { grantTypes: ['password'] });
      expect(await refresh(token, { keys })).toMatchObject({ body: { error: 'unauthorized_client' } });
      await server.change(keys, { grantTypes: ['password', 'refresh_token'] });
      expect((await refresh(token, { keys })).status).toBe(200);
    });
  });
});
