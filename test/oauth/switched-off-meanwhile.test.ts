import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { KeySet } from '../../src/model/application.js';
import type { User } from '../../src/model/user.js';
import { tokenEndpoint } from '../../src/oauth/endpoints/token.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { auditEvent, basic, clientSecret, issuer, openOAuth, userPassword, type OAuthUnderTest } from './open-oauth.js';

let server: OAuthUnderTest;

beforeAll(async () => {
  server = await openOAuth();
});
afterAll(() => server.close());

interface Request {
  readonly keySet: KeySet;
  readonly params: Record<string, string>;
  /** Happens after the credentials were checked, just before the one write. */
  readonly beforeWrite?: () => Promise<unknown>;
  /** Happens just before the registration is recorded. */
  readonly beforeRecord?: () => Promise<unknown>;
  readonly more?: Partial<OAuthDeps>;
}

const nothing = (): Promise<unknown> => Promise.resolve();

/** The real store, with something that happens in the middle of a request. */
const tokenWhile = async ({ keySet, params, beforeWrite = nothing, beforeRecord = nothing, more }: Request) => {
  const { store } = server;
  const { tokens, registrations } = store;
  const after = async <T>(event: () => Promise<unknown>, call: () => Promise<T>): Promise<T> => {
    await event();
    return call();
  };
  const deps: OAuthDeps = {
    ...server.deps,
    store: {
      ...store,
      tokens: {
        ...tokens,
        open: (...call) => after(beforeWrite, () => tokens.open(...call)),
        advance: (...call) => after(beforeWrite, () => tokens.advance(...call)),
        keepAccessToken: (...call) => after(beforeWrite, () => tokens.keepAccessToken(...call)),
      },
      registrations: {
        ...registrations,
        record: (...call) => after(beforeRecord, () => registrations.record(...call)),
      },
    },
    ...more,
  };
  const request = {
    method: 'POST',
    query: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    authorization: [basic(keySet.clientId, clientSecret)],
    body: Buffer.from(new URLSearchParams(params).toString()),
    requestId: 'req',
  };
  try {
    return { status: (await tokenEndpoint(deps).handle(request)).status, error: undefined };
  } catch (error) {
    const { status, body = '' } = errorResponse(error, { issuer, requestId: 'req' });
    return { status, error: JSON.parse(body).error };
  }
};

let names = 0;
const someUser = (): Promise<User> => {
  names += 1;
  return server.user({ username: `user-${names}` });
};
const loginOf = (user: User) => ({ grant_type: 'password', username: user.username, password: userPassword });
const changeUser = (user: User, change: Parameters<typeof server.store.users.update>[1]) =>
  server.store.users.update(user.id, change, auditEvent());
const applicationOf = async (keySet: KeySet) =>
  (await server.store.applications.findClient(keySet.clientId))!.application;

const events: readonly {
  readonly what: string;
  readonly error: string;
  readonly happens: (keySet: KeySet, user: User) => Promise<unknown>;
}[] = [
  {
    what: 'the application is disabled',
    error: 'invalid_client',
    happens: (keys) => server.change(keys, { epoch: 1 }, { enabled: false }),
  },
  {
    what: 'the keys are disabled',
    error: 'invalid_client',
    happens: (keys) => server.change(keys, { enabled: false, epoch: 1 }),
  },
  {
    what: 'the keys are disabled and enabled again',
    error: 'invalid_grant',
    happens: (keys) => server.change(keys, { epoch: 1 }),
  },
  {
    what: 'the keys are made anew under the same client id',
    error: 'invalid_client',
    happens: (keys) => server.change(keys, { id: 'ks_new' }),
  },
  { what: 'the secret is revoked', error: 'invalid_client', happens: (keys) => server.change(keys, { secrets: [] }) },
  {
    what: 'the secret comes to its end',
    error: 'invalid_client',
    happens: (keys) => {
      const expiresAt = server.clock.now();
      return server.change(keys, { secrets: keys.secrets.map((secret) => ({ ...secret, expiresAt })) });
    },
  },
  {
    what: 'the JWK set is another one',
    error: 'invalid_client',
    happens: (keys) => server.change(keys, { jwks: '{"keys":[]}' }),
  },
  {
    what: 'the application is deleted',
    error: 'invalid_client',
    happens: async (keys) => server.store.applications.remove((await applicationOf(keys)).id, auditEvent()),
  },
  {
    what: 'the scope is taken away',
    error: 'invalid_scope',
    happens: (keys) => server.change(keys, { scopes: ['default'] }),
  },
];

const userEvents: typeof events = [
  {
    what: 'the user is disabled',
    error: 'invalid_grant',
    happens: (_, user) => changeUser(user, { enabled: { from: true, to: false } }),
  },
  {
    what: 'the user is disabled and enabled again',
    error: 'invalid_grant',
    happens: async (_, user) => [
      await changeUser(user, { enabled: { from: true, to: false } }),
      await changeUser(user, { enabled: { from: false, to: true } }),
    ],
  },
  {
    what: 'the password is changed',
    error: 'invalid_grant',
    happens: (_, user) => changeUser(user, { password: { hash: user.passwordHash ?? '', at: 1 } }),
  },
  {
    what: 'all grants of the user are revoked',
    error: 'invalid_grant',
    happens: (_, user) => changeUser(user, { raiseEpoch: true }),
  },
  {
    what: 'the user is deleted',
    error: 'invalid_grant',
    happens: (_, user) => server.store.users.erase(user.id, auditEvent()),
  },
  {
    what: 'the password grant is taken from the keys and given back',
    error: 'invalid_grant',
    happens: (keys) => server.change(keys, { grantEpochs: { password: 1 } }),
  },
];

describe('while a password grant runs', () => {
  const grantEvent = {
    what: 'the password grant is taken from the keys',
    error: 'unauthorized_client',
    happens: (keys: KeySet) => server.change(keys, { grantTypes: [], grantEpochs: { password: 1 } }),
  };

  test.each([...events, ...userEvents, grantEvent])(
    '$what: no token, no living family, nobody registered',
    async (event) => {
      const keySet = await server.keys();
      const user = await someUser();
      const { id } = await applicationOf(keySet);
      const params = { ...loginOf(user), scope: 'read' };
      const answer = await tokenWhile({ keySet, params, beforeWrite: () => event.happens(keySet, user) });
      expect(answer).toMatchObject({ error: event.error });
      expect(await server.store.registrations.findByUsers([user.id], 100)).toEqual([]);
      const families = await server.store.tokens.pageFamilies({ applicationId: id }, { first: 10 });
      expect(families.items.every(({ revokedAt }) => revokedAt !== undefined)).toBe(true);
    },
  );

  it('the user is deleted just before the registration: it is buried, no token', async () => {
    const keySet = await server.keys();
    const user = await someUser();
    const beforeRecord = () => server.store.users.erase(user.id, auditEvent());
    const answer = await tokenWhile({ keySet, params: loginOf(user), beforeRecord });
    expect(answer).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await server.store.registrations.findByUsers([user.id], 100)).toEqual([]);
  });

  it('the application is deleted just before the registration: nothing is left of it', async () => {
    const keySet = await server.keys();
    const user = await someUser();
    const { id } = await applicationOf(keySet);
    await tokenWhile({
      keySet,
      params: loginOf(user),
      beforeRecord: () => server.store.applications.remove(id, auditEvent()),
    });
    expect(await server.store.registrations.findByUsers([user.id], 100)).toEqual([]);
  });
});

describe('while a refresh runs', () => {
  test.each([...events.filter(({ error }) => error !== 'invalid_scope'), ...userEvents])(
    '$what: no token',
    async (event) => {
      const keySet = await server.keys();
      const user = await someUser();
      const { body } = await server.token(keySet, { ...loginOf(user), scope: 'read' });
      const params = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
      const answer = await tokenWhile({ keySet, params, beforeWrite: () => event.happens(keySet, user) });
      // What was granted has gone with its holder: the grant may be found invalid before the client is.
      expect([event.error, 'invalid_grant']).toContain(answer.error);
    },
  );

  it('a later request spends the token first, without a window: no second token, and the family lives', async () => {
    const keySet = await server.keys({ refreshTokenReuseWindowSeconds: 0 });
    const { body } = await server.token(keySet, loginOf(await someUser()));
    const params = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    let winner: any;
    const beforeWrite = async () => {
      server.clock.advance(20);
      winner = await server.token(keySet, params);
      expect(winner.status).toBe(200);
    };
    expect(await tokenWhile({ keySet, params, beforeWrite })).toEqual({ status: 400, error: 'invalid_grant' });
    const next = { grant_type: 'refresh_token', refresh_token: winner.body.refresh_token };
    expect((await server.token(keySet, next)).status).toBe(200);
  });

  it('the family is revoked: no token', async () => {
    const keySet = await server.keys();
    const user = await someUser();
    const { body } = await server.token(keySet, loginOf(user));
    const familyId = body.refresh_token.slice(4).split('.')[0];
    const answer = await tokenWhile({
      keySet,
      params: { grant_type: 'refresh_token', refresh_token: body.refresh_token },
      beforeWrite: () => server.store.tokens.revokeFamily(familyId, server.clock.now()),
    });
    expect(answer).toEqual({ status: 400, error: 'invalid_grant' });
  });

  it('a scope is taken away: no token with it, and the refresh token shown again gives one without it', async () => {
    const keySet = await server.keys();
    const user = await someUser();
    const { body } = await server.token(keySet, { ...loginOf(user), scope: 'read write' });
    const params = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    const beforeWrite = () => server.change(keySet, { scopes: ['write'] });
    expect(await tokenWhile({ keySet, params, beforeWrite })).toMatchObject({ error: 'invalid_scope' });
    expect(await server.token(keySet, params)).toMatchObject({ status: 200, body: { scope: 'write' } });
  });
});

describe('while client_credentials keeps an opaque token', () => {
  test.each(events)('$what: no token', async (event) => {
    const keySet = await server.keys({ accessTokenFormat: 'OPAQUE' });
    const user = await someUser();
    const params = { grant_type: 'client_credentials', scope: 'read' };
    const answer = await tokenWhile({ keySet, params, beforeWrite: () => event.happens(keySet, user) });
    expect(answer).toMatchObject({ error: event.error });
  });
});

describe('a store that goes away', () => {
  it('before the refresh token is spent costs nothing: the same one works once afterwards', async () => {
    const keySet = await server.keys({ refreshTokenReuseWindowSeconds: 0 });
    const user = await someUser();
    const { body } = await server.token(keySet, loginOf(user));
    const params = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    const { StoreUnavailable } = await import('../../src/store/port/store.js');
    const beforeWrite = () => Promise.reject(new StoreUnavailable(new Error('away')));
    expect(await tokenWhile({ keySet, params, beforeWrite })).toEqual({
      status: 503,
      error: 'temporarily_unavailable',
    });
    expect((await server.token(keySet, params)).status).toBe(200);
  });

  it('before the registration is recorded gives no token, and nobody is counted', async () => {
    const keySet = await server.keys();
    const user = await someUser();
    const { StoreUnavailable } = await import('../../src/store/port/store.js');
    const beforeRecord = () => Promise.reject(new StoreUnavailable(new Error('away')));
    expect(await tokenWhile({ keySet, params: loginOf(user), beforeRecord })).toMatchObject({ status: 503 });
    expect(await server.store.registrations.findByUsers([user.id], 100)).toEqual([]);
  });
});
