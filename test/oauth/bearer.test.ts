import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import {
  customFetch,
  clockSkew,
  discoveryRequest,
  processDiscoveryResponse,
  validateJwtAccessToken,
} from 'oauth4webapi';
import { disableGrantTypes } from '../../src/applications/disable-grant-types.js';
import type { GeneratedKeys } from '../../src/applications/generate-keys.js';
import { updateKeys } from '../../src/applications/update-keys.js';
import type { Actor } from '../../src/model/actor.js';
import { authenticateBearer } from '../../src/oauth/management/authenticate-bearer.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';
import { basic, openIssuer, type Issuer } from './open-issuer.js';

let issuer: Issuer;
let keys: GeneratedKeys;
beforeEach(async () => {
  issuer = await openIssuer();
  keys = await issuer.keys({ scopes: ['default', 'applications:read', 'users:read'] });
});
afterEach(() => issuer.close());

const authenticate = (authorization: readonly string[], query = ''): Promise<Actor> =>
  authenticateBearer(issuer.oauth, { authorization, query, requestId: 'req-9', remoteAddress: '192.0.2.9' });
const tokenFor = async (scope: string, from = keys): Promise<string> =>
  (await issuer.token(from, { scope })).access_token;
const refusalOf = async (call: Promise<unknown>) => {
  try {
    await call;
  } catch (error) {
    if (error instanceof OAuthError) {
      return { code: error.code, status: error.status, challenge: error.headers['www-authenticate'] };
    }
    throw error;
  }
  throw new Error('no refusal');
};

describe('authenticateBearer', () => {
  it.each(['JWT', 'OPAQUE'] as const)('tells who calls with a %s token', async (accessTokenFormat) => {
    const { clientId } = keys.client.keySet;
    await updateKeys(issuer.deps, issuer.actor, { clientId, accessTokenFormat });
    const token = await tokenFor('applications:read users:read default');
    expect(await authenticate([`bEaReR  ${token}`])).toEqual({
      subject: clientId,
      clientId,
      scopes: new Set(['applications:read', 'users:read', 'default']),
      expiresAt: issuer.clock.now() + 3_600_000,
      requestId: 'req-9',
      remoteAddress: '192.0.2.9',
    });
  });

  it('gives no scope that the client has lost since', async () => {
    const token = await tokenFor('applications:read users:read');
    await updateKeys(issuer.deps, issuer.actor, { clientId: keys.client.keySet.clientId, scopes: ['users:read'] });
    expect((await authenticate([`Bearer ${token}`])).scopes).toEqual(new Set(['users:read']));
  });

  test.each([
    { what: 'nothing', authorization: [] },
    { what: 'Basic', authorization: ['Basic YTpi'] },
    { what: 'a scheme that only begins alike', authorization: ['Bearerx abc'] },
  ])('asks for a token without an error code where $what was sent (RFC 6750 §3.1)', async ({ authorization }) => {
    const refusal = await refusalOf(authenticate(authorization));
    expect(refusal).toEqual({ code: 'invalid_token', status: 401, challenge: 'Bearer realm="tallygate"' });
  });

  test.each([
    { what: 'no token behind the scheme', authorization: ['Bearer'] },
    { what: 'a space inside', authorization: ['Bearer a b'] },
    { what: 'characters beyond b64token', authorization: ['Bearer a"b'] },
    { what: 'garbage', authorization: ['Bearer abc'] },
  ])('refuses $what with invalid_token', async ({ authorization }) => {
    const refusal = await refusalOf(authenticate(authorization));
    expect(refusal).toMatchObject({ code: 'invalid_token', status: 401 });
    expect(refusal.challenge).toMatch(/^Bearer realm="tallygate", error="invalid_token", error_description="[^"]+"$/);
  });

  test.each([
    { what: 'a token in the URL', query: 'access_token=x' },
    { what: 'one in disguise', query: 'a=b&%61ccess_token' },
  ])('refuses $what with invalid_request, also beside a good one (RFC 6750 §2)', async ({ query }) => {
    for (const authorization of [[], [`Bearer ${await tokenFor('users:read')}`]]) {
      expect(await refusalOf(authenticate(authorization, query))).toMatchObject({
        code: 'invalid_request',
        status: 400,
      });
    }
  });

  it('refuses two headers with invalid_request', async () => {
    const header = `Bearer ${await tokenFor('users:read')}`;
    expect(await refusalOf(authenticate([header, header]))).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it.each([
    { what: 'one for another audience', token: () => tokenFor('default') },
    {
      what: 'an expired one',
      token: async () => {
        const token = await tokenFor('users:read');
        issuer.clock.advance(3_600_000);
        return token;
      },
    },
    {
      what: 'a revoked one',
      token: async () => {
        const token = await tokenFor('users:read');
        await issuer.post('/revoke', { token }, basic(keys));
        return token;
      },
    },
    {
      what: 'one of a grant type that was removed',
      token: async () => {
        const token = await tokenFor('users:read');
        const { clientId } = keys.client.keySet;
        await disableGrantTypes(issuer.deps, issuer.actor, { clientId, grantTypes: ['client_credentials'] });
        return token;
      },
    },
    {
      what: 'one whose client has lost all management scopes since',
      token: async () => {
        const token = await tokenFor('users:read default');
        const { clientId } = keys.client.keySet;
        await updateKeys(issuer.deps, issuer.actor, { clientId, scopes: ['default'] });
        return token;
      },
    },
    {
      what: 'another JWT of ours',
      token: () => {
        const claims = { iss: 'https://tallygate.example', aud: 'https://tallygate.example/graphql', sub: 'a' };
        return Promise.resolve(issuer.oauth.signingKeys.sign('ES256', 'JWT', { ...claims, exp: 9_999_999_999 }));
      },
    },
  ])('refuses $what with invalid_token', async ({ token }) => {
    await issuer.keys({ scopes: ['applications:write'] }); // somebody must be left who can administer
    expect(await refusalOf(authenticate([`Bearer ${await token()}`]))).toMatchObject({ code: 'invalid_token' });
  });
});

describe('a resource server that verifies offline (RFC 9068, by oauth4webapi)', () => {
  /** fetch that ends at our endpoints. */
  const fetchHere = async (url: string): Promise<Response> => {
    const { text, status, headers } = await issuer.get(new URL(url).pathname);
    return new Response(text, { status, headers });
  };
  const validate = async (token: string, audience: string) => {
    const url = new URL('https://tallygate.example');
    const options = {
      [customFetch]: fetchHere,
      [clockSkew]: (issuer.clock.now() - Date.now()) / 1000,
    };
    const found = await discoveryRequest(url, { ...options, algorithm: 'oauth2' });
    const server = await processDiscoveryResponse(url, found);
    const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } });
    return validateJwtAccessToken(server, request, audience, options);
  };

  it.each(['ES256', 'RS256', 'EDDSA'] as const)('accepts a token signed by %s', async (accessTokenAlgorithm) => {
    const api = await issuer.keys({ accessTokenAlgorithm, audience: ['https://api.example'] });
    const token = await tokenFor('default', api);
    const { clientId } = api.client.keySet;
    expect(await validate(token, 'https://api.example')).toMatchObject({
      iss: 'https://tallygate.example',
      sub: clientId,
      client_id: clientId,
      scope: 'default',
      environment: 'PRODUCTION',
    });
  });

  it('refuses it for another audience, after its end, altered, and with the type of any JWT', async () => {
    const api = await issuer.keys({ audience: ['https://api.example'] });
    const token = await tokenFor('default', api);
    await expect(validate(token, 'https://other.example')).rejects.toThrow();
    const [signed, signature = ''] = [token.slice(0, token.lastIndexOf('.') + 1), token.split('.')[2]];
    const altered = `${signed}${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await expect(validate(altered, 'https://api.example')).rejects.toThrow();
    issuer.clock.advance(3_700_000);
    await expect(validate(token, 'https://api.example')).rejects.toThrow();
    await updateKeys(issuer.deps, issuer.actor, {
      clientId: api.client.keySet.clientId,
      accessTokenHeaderType: 'JWT',
    });
    await expect(validate(await tokenFor('default', api), 'https://api.example')).rejects.toThrow('"typ"');
  });
});
