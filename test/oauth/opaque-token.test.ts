import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/crypto/random-token.js';
import { isOpaqueToken, newOpaqueToken, opaqueTokenKey } from '../../src/oauth/opaque-token.js';

describe('an opaque access token', () => {
  it('says when it was made, and then 256 random bits', () => {
    const [first, second] = [newOpaqueToken(1_700_000_000_999), newOpaqueToken(1_700_000_000_999)];
    expect(first).toMatch(/^tga_0s44we8\.[A-Za-z0-9_-]{43}$/);
    expect(isOpaqueToken(first)).toBe(true);
    expect(second.slice(0, 12)).toBe(first.slice(0, 12));
    expect(second.slice(12)).not.toBe(first.slice(12));
  });

  it('is kept behind those that were made before it, in every second until the year 4453', () => {
    const seconds = [0, 1, 35, 36, 1_700_000_000, 2_176_782_335, 2_176_782_336, 78_364_164_095];
    const keys = seconds.map((second) => opaqueTokenKey(newOpaqueToken(second * 1000)));
    expect(keys.toSorted()).toEqual(keys);
  });

  it('is kept by a digest of the whole: another second in front is another token', () => {
    const token = newOpaqueToken(1_700_000_000_000);
    expect(opaqueTokenKey(token)).toBe(`0s44we8.${sha256(token)}`);
    const moved = token.replace('0s44we8', '0s44we9');
    expect(opaqueTokenKey(moved).slice(8)).not.toBe(opaqueTokenKey(token).slice(8));
  });

  it.each(['tga_', 'tga_.', `tga_${'A'.repeat(43)}`, 'tga_a.b.c', 'tga_😀.'])(
    '%s, which we never made, has a key like any text',
    (text) => {
      expect(opaqueTokenKey(text).endsWith(sha256(text))).toBe(true);
    },
  );
});
