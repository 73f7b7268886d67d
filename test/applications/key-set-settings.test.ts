import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { checkedSettings, type KeySetInput, type KeySetSettings } from '../../src/applications/key-set-settings.js';
import { lifetimeRules } from '../../src/applications/lifetimes.js';
import type { KeySet } from '../../src/model/application.js';
import { grantNames } from '../../src/model/grant-name.js';
import { ManagementError } from '../../src/model/management-error.js';
import { times } from '../management/open-management.js';

const issuer = 'https://tallygate.example';
const authenticationMethod = 'CLIENT_SECRET_BASIC' as const;

const settingsOf = (input: KeySetInput, present?: KeySetSettings): KeySetSettings =>
  checkedSettings(input, {
    issuer,
    authenticationMethod,
    ...(present === undefined ? {} : { present: keySetWith(present) }),
  });

const keySetWith = (settings: KeySetSettings): KeySet => ({
  ...settings,
  id: 'ks_1',
  clientId: 'shop',
  environment: 'PRODUCTION',
  enabled: true,
  authenticationMethod,
  secrets: [],
  epoch: 0,
  grantEpochs: {},
  createdAt: 0,
});

/** The settings, or the field that they were refused on. */
const outcomeOf = (input: KeySetInput, present?: KeySetSettings): KeySetSettings | { readonly refused: string } => {
  try {
    return settingsOf(input, present);
  } catch (error) {
    if (!(error instanceof ManagementError) || error.code !== 'BAD_USER_INPUT') throw error;
    return { refused: error.field ?? 'no field' };
  }
};

const lifetimeNames = Object.keys(lifetimeRules);

/** Inputs, most of which are refused for something, or such of which few are. */
const inputsOf = (kind: 'any' | 'good'): fc.Arbitrary<KeySetInput> => {
  const setting = <T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T> = good) =>
    fc.option(kind === 'good' ? good : fc.oneof(good, bad), { nil: null });
  const scopes = fc.array(fc.constantFrom<string>('default', 'orders', 'prices', 'users:read'));
  const lifetime = setting(fc.integer({ min: 1, max: 300 }), fc.integer({ min: -2, max: 400_000_000 }));
  const strings = fc.array(fc.string(), { maxLength: 25 });
  return fc.record(
    {
      grantTypes: fc.array(fc.constantFrom(...grantNames)),
      scopes: setting(scopes, strings),
      defaultScopes: setting(fc.constant<string[]>(['default']), scopes),
      audience: setting(fc.uniqueArray(fc.webUrl(), { maxLength: 10 }), strings),
      redirectUris: setting(fc.array(fc.constantFrom('http://localhost/', 'com.example:/cb')), strings),
      accessTokenFormat: setting(fc.constantFrom('JWT', 'OPAQUE')),
      accessTokenAlgorithm: setting(fc.constantFrom('ES256', 'RS256', 'EDDSA')),
      accessTokenHeaderType: setting(fc.constantFrom('AT_JWT', 'JWT')),
      ...Object.fromEntries(lifetimeNames.map((name) => [name, lifetime])),
    },
    { requiredKeys: [] },
  );
};
const settings = inputsOf('good')
  .map((input) => outcomeOf(input))
  .filter((outcome) => !('refused' in outcome));

const isSound = (found: KeySetSettings): void => {
  expect(found.accessTokenLifetimeSeconds).toBeLessThanOrEqual(found.maxAccessTokenLifetimeSeconds);
  expect(found.refreshTokenIdleSeconds).toBeLessThanOrEqual(found.refreshTokenLifetimeSeconds);
  for (const [name, { min, max }] of Object.entries(lifetimeRules)) {
    expect(found).toHaveProperty(name, expect.any(Number));
    const seconds = Object.entries(found).find(([key]) => key === name)?.[1];
    expect(seconds).toBeGreaterThanOrEqual(min);
    expect(seconds).toBeLessThanOrEqual(max);
  }
  for (const list of [found.grantTypes, found.scopes, found.audience, found.redirectUris, found.defaultScopes ?? []]) {
    expect(new Set(list).size).toBe(list.length);
  }
  expect((found.defaultScopes ?? []).every((name) => found.scopes.includes(name))).toBe(true);
  expect(found.audience).not.toContain(`${issuer}/graphql`);
};

describe('settings of a key set, for any input', () => {
  it('are sound or refused on a field of the input', () => {
    fc.assert(
      fc.property(
        fc.oneof(inputsOf('any'), inputsOf('good')),
        fc.option(settings, { nil: undefined }),
        (input, present) => {
          if (present !== undefined && 'refused' in present) return;
          const outcome = outcomeOf(input, present);
          if ('refused' in outcome) expect(Object.keys(input)).toContain(outcome.refused.split('.')[0]);
          else isSound(outcome);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stay as they are when nothing is given, and when what they are is given again', () => {
    fc.assert(
      fc.property(settings, (present) => {
        if ('refused' in present) return;
        expect(settingsOf({}, present)).toEqual(present);
        expect(settingsOf({ ...present, defaultScopes: present.defaultScopes ?? null }, present)).toEqual(present);
      }),
    );
  });

  it('are the defaults when everything is cleared', () => {
    const cleared = ['scopes', 'defaultScopes', 'audience', 'redirectUris', ...lifetimeNames];
    const nulls = {
      ...Object.fromEntries(cleared.map((name) => [name, null])),
      ...{ accessTokenFormat: null, accessTokenAlgorithm: null, accessTokenHeaderType: null },
    };
    fc.assert(
      fc.property(settings, (present) => {
        if ('refused' in present) return;
        expect(settingsOf({ ...nulls, grantTypes: ['client_credentials'] }, present)).toEqual(settingsOf({}));
      }),
    );
  });
});

describe('lifetimes', () => {
  it('give way where one of a pair is stated', () => {
    expect(settingsOf({ maxAccessTokenLifetimeSeconds: 60 })).toMatchObject({ accessTokenLifetimeSeconds: 60 });
    expect(settingsOf({ accessTokenLifetimeSeconds: 90_000 })).toMatchObject({ maxAccessTokenLifetimeSeconds: 90_000 });
    expect(settingsOf({ refreshTokenLifetimeSeconds: 60 })).toMatchObject({ refreshTokenIdleSeconds: 60 });
  });
});

const jwtOf = (length: number) => `https://a.example/${'p'.repeat(length - 18)}`;

test.each<{ readonly what: string; readonly input: KeySetInput; readonly field: string }>([
  { what: '101 scopes', input: { scopes: times(101, (n) => `s${n}`) }, field: 'scopes' },
  { what: 'an empty scope', input: { scopes: ['a', ''] }, field: 'scopes.1' },
  { what: 'a scope with a space', input: { scopes: ['a b'] }, field: 'scopes.0' },
  { what: 'a scope with a quotation mark', input: { scopes: ['a"'] }, field: 'scopes.0' },
  { what: 'a scope with a backslash', input: { scopes: ['a\\'] }, field: 'scopes.0' },
  { what: 'a scope with U+0000', input: { scopes: ['a\0'] }, field: 'scopes.0' },
  { what: 'a scope with an umlaut', input: { scopes: ['ä'] }, field: 'scopes.0' },
  { what: 'a scope of 129 characters', input: { scopes: ['s'.repeat(129)] }, field: 'scopes.0' },
  { what: '101 default scopes', input: { defaultScopes: times(101, () => 'default') }, field: 'defaultScopes' },
  { what: 'a default scope beyond the scopes', input: { defaultScopes: ['orders'] }, field: 'defaultScopes.0' },
  { what: '11 audiences', input: { audience: times(11, (n) => `a${n}`) }, field: 'audience' },
  { what: 'an empty audience', input: { audience: [''] }, field: 'audience.0' },
  { what: 'an audience with a fragment', input: { audience: ['https://a.example/#f'] }, field: 'audience.0' },
  { what: 'an audience with a space', input: { audience: ['a', 'urn: b'] }, field: 'audience.1' },
  { what: 'an audience with U+0000', input: { audience: ['a\0'] }, field: 'audience.0' },
  { what: 'an audience of 256 characters', input: { audience: [jwtOf(256)] }, field: 'audience.0' },
  { what: 'the management API as audience', input: { audience: [`${issuer}/graphql`] }, field: 'audience.0' },
  {
    what: '21 redirect URIs',
    input: { redirectUris: times(21, (n) => `https://a.example/${n}`) },
    field: 'redirectUris',
  },
  { what: 'a relative redirect URI', input: { redirectUris: ['/cb'] }, field: 'redirectUris.0' },
  { what: 'a redirect URI with a fragment', input: { redirectUris: ['https://a.example/#'] }, field: 'redirectUris.0' },
  { what: 'plain http beyond loopback', input: { redirectUris: ['http://a.example/'] }, field: 'redirectUris.0' },
  { what: 'a script', input: { redirectUris: ['javascript:alert(1)'] }, field: 'redirectUris.0' },
  { what: 'https without a host', input: { redirectUris: ['https:a.example'] }, field: 'redirectUris.0' },
  { what: 'a redirect URI with a user', input: { redirectUris: ['https://u:p@a.example/'] }, field: 'redirectUris.0' },
  { what: 'a redirect URI with a space', input: { redirectUris: ['https://a.example/ b'] }, field: 'redirectUris.0' },
  {
    what: 'a redirect URI with a backslash',
    input: { redirectUris: ['https://a.example\\b'] },
    field: 'redirectUris.0',
  },
  { what: 'a redirect URI with U+0000', input: { redirectUris: ['https://a.example/\0'] }, field: 'redirectUris.0' },
  { what: 'a redirect URI of 2,049 characters', input: { redirectUris: [jwtOf(2049)] }, field: 'redirectUris.0' },
  ...Object.entries(lifetimeRules).flatMap(([field, { min, max }]) =>
    [min - 1, max + 1, min + 0.5, NaN, Infinity].map((seconds) => ({
      what: `${seconds} for ${field}`,
      input: { [field]: seconds },
      field,
    })),
  ),
  {
    what: 'a lifetime over its ceiling',
    input: { accessTokenLifetimeSeconds: 61, maxAccessTokenLifetimeSeconds: 60 },
    field: 'accessTokenLifetimeSeconds',
  },
  {
    what: 'idle longer than absolute',
    input: { refreshTokenIdleSeconds: 61, refreshTokenLifetimeSeconds: 60 },
    field: 'refreshTokenIdleSeconds',
  },
])('settings of a key set refuse $what', ({ input, field }) => {
  expect(outcomeOf(input)).toEqual({ refused: field });
});

test('a ceiling below the present lifetime is refused on the ceiling', () => {
  const present = settingsOf({ accessTokenLifetimeSeconds: 3600 });
  expect(outcomeOf({ maxAccessTokenLifetimeSeconds: 60 }, present)).toEqual({
    refused: 'maxAccessTokenLifetimeSeconds',
  });
});

test.each([
  'https://a.example',
  'HTTPS://a.example/?q=1',
  'http://localhost:3000/cb',
  'http://127.0.0.1/',
  'http://[::1]:1/',
  'com.example.app:/cb',
])('settings of a key set take the redirect URI %s', (uri) => {
  expect(settingsOf({ redirectUris: [uri] }).redirectUris).toEqual([uri]);
});

test.each(['api', 'orders.v1', 'https://api.example/v1?x=y', 'urn:example:api'])(
  'settings of a key set take the audience %s',
  (audience) => {
    expect(settingsOf({ audience: [audience] }).audience).toEqual([audience]);
  },
);
