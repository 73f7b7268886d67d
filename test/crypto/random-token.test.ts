import { describe, expect, it } from '@jest/globals';
import { randomText } from '../../src/crypto/random-token.js';

const count = 100_000;

describe('random tokens', () => {
  const tokens = Array.from({ length: count }, () => randomText(32));

  it('are 256 bits in base64url, and none comes twice', () => {
    expect(tokens.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true);
    expect(new Set(tokens).size).toBe(count);
  });

  it('use every character about as often as any other one (chi-square)', () => {
    const frequencies = new Map<string, number>();
    for (const token of tokens) {
      // The last of 43 characters holds only four bits.
      for (const character of token.slice(0, 42)) frequencies.set(character, (frequencies.get(character) ?? 0) + 1);
    }
    const expected = (count * 42) / 64;
    const deviations = [...frequencies.values()].map((frequency) => (frequency - expected) ** 2 / expected);
    expect(frequencies.size).toBe(64);
    // 63 degrees of freedom: a good generator exceeds 135 once in ten million runs.
    expect(deviations.reduce((sum, deviation) => sum + deviation, 0)).toBeLessThan(135);
  });

  it('never repeat, whatever the length', () => {
    expect(new Set(Array.from({ length: 10_000 }, (_, index) => randomText(16 + (index % 32)))).size).toBe(10_000);
  });
});
