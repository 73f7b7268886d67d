import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { KeySet } from '../../src/model/application.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';
import { grantedScopes, parseScope } from '../../src/oauth/scope.js';

const withScopes = (scopes: readonly string[], defaultScopes?: readonly string[]) =>
  ({ scopes, ...(defaultScopes && { defaultScopes }) }) as KeySet;

const granted = (scope: string | undefined, keySet: KeySet, allowed = keySet.scopes) => {
  try {
    return grantedScopes(scope, { keySet, allowed });
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return error.code;
  }
};

describe('scope', () => {
  test.each([
    ['two spaces', 'a  b'],
    ['a space in front', ' a'],
    ['a space at the end', 'a '],
    ['a tab', 'a\tb'],
    ['a line break', 'a\nb'],
    ['a quotation mark', 'a"'],
    ['a backslash', 'a\\'],
    ['a letter beyond ASCII', 'é'],
    ['DEL', 'a\x7F'],
  ])('is invalid with %s (RFC 6749 §3.3)', (_, scope) => {
    expect(() => parseScope(scope)).toThrow(OAuthError);
    expect(granted(scope, withScopes(['a', 'b']))).toBe('invalid_scope');
  });

  it('may hold every other printable ASCII character', () => {
    const token = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).join('');
    const legal = token.replace('"', '').replace('\\', '');
    expect([...parseScope(legal)]).toEqual([legal]);
  });

  it('is free of order, answered in the order of the keys, each scope once', () => {
    const keySet = withScopes(['c', 'a', 'b']);
    expect(granted('b a', keySet)).toEqual(['a', 'b']);
    expect(granted('a b', keySet)).toEqual(['a', 'b']);
    expect(granted('a a c a', keySet)).toEqual(['c', 'a']);
  });

  test.each([
    ['another case', 'A'],
    ['an unknown one', 'root'],
    ['one beyond what is allowed here', 'b'],
    ['one known beside an unknown one', 'a root'],
  ])('is refused for %s (RFC 6749 §5.2)', (_, scope) => {
    expect(granted(scope, withScopes(['a', 'b']), ['a'])).toBe('invalid_scope');
  });

  it('leaves in the log what the client can have, and nothing of what was asked', () => {
    expect(() => grantedScopes('root', { keySet: withScopes(['a', 'b']), allowed: ['a', 'b'] })).toThrow(
      expect.objectContaining({ detail: 'it can have: a b' }),
    );
  });

  it('is the default scopes when it is left out (RFC 6749 §3.3)', () => {
    expect(granted(undefined, withScopes(['a', 'b'], ['b']))).toEqual(['b']);
    expect(granted(undefined, withScopes(['default', 'b']))).toEqual(['default']);
    expect(granted(undefined, withScopes(['a', 'b'], ['a', 'b']), ['b'])).toEqual(['b']);
  });

  it('is invalid when it is left out and there is no default', () => {
    expect(granted(undefined, withScopes(['a', 'b']))).toBe('invalid_scope');
    expect(granted(undefined, withScopes(['default'], []))).toBe('invalid_scope');
    expect(granted(undefined, withScopes(['default', 'a'], ['default']), ['a'])).toBe('invalid_scope');
  });

  it('grants exactly what was asked for, or nothing', () => {
    const token = fc.constantFrom('a', 'b', 'c', 'd', 'A');
    fc.assert(
      fc.property(fc.uniqueArray(token), fc.array(token, { minLength: 1 }), (allowed, asked) => {
        const answer = granted(asked.join(' '), withScopes(allowed));
        const known = asked.every((name) => allowed.includes(name));
        expect(answer).toEqual(known ? allowed.filter((name) => asked.includes(name)) : 'invalid_scope');
      }),
    );
  });

  it('takes any text without any other error', () => {
    fc.assert(
      fc.property(fc.string(), (scope) => {
        const answer = granted(scope, withScopes(['a']));
        expect(answer === 'invalid_scope' || scope.split(' ').every((name) => name === 'a')).toBe(true);
      }),
    );
  });
});
