import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/crypto/random-token.js';
import { isOpaqueToken, newOpaqueToken, opaqueTokenKey } from '../../src/oauth/opaque-token.js';

describe('an opaque access token', () => {
  it('says when it was made, and then 256 random bits', () => {
    const [first, second] = [newOpaqueToken(1_700_000_000_999), newOpaqueToken(1_700_000_000_999)];
    expect(first).toMatch(/^tga_0loyw3vtz\.[A-Za-z0-9_-]{43}$/);
    expect(isOpaqueToken(first)).toBe(true);
    expect(second.slice(0, 14)).toBe(first.slice(0, 14));
    expect(second.slice(14)).not.toBe(first.slice(14));
  });

  it('is kept behind those that were made before it, in every millisecond until the year 5188', () => {
    const instants = [0, 1, 35, 36, 1_700_000_000_000, 2_821_109_907_455, 2_821_109_907_456, 101_559_956_668_415];
    const keys = instants.map((instant) => opaqueTokenKey(newOpaqueToken(instant)));
    expect(keys.toSorted()).toEqual(keys);
  });

  it('is kept by a digest of the whole: another instant in front is another token', () => {
    const token = newOpaqueToken(1_700_000_000_000);
    expect(opaqueTokenKey(token)).toBe(`0loyw3v28.${sha256(token)}`);
    const moved = token.replace('0loyw3v28', '0loyw3v29');
    expect(opaqueTokenKey(moved).slice(10)).not.toBe(opaqueTokenKey(token).slice(10));
  });

  it.each(['tga_', 'tga_.', `tga_${'A'.repeat(43)}`, 'tga_a.b.c', 'tga_😀.'])(
    '%s, which we never made, has a key like any text',
    (text) => {
      expect(opaqueTokenKey(text).endsWith(sha256(text))).toBe(true);
    },
  );
});
