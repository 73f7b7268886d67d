import { createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createVeil, unveiled } from '../../src/crypto/veil.js';

const key = randomBytes(32);

/** Read by node:crypto alone, as another implementation of AES-256-CTR would. */
const byNode = (veiled: string): string => {
  const bytes = Buffer.from(veiled, 'base64url');
  return createDecipheriv('aes-256-ctr', key, bytes.subarray(0, 16)).update(bytes.subarray(16)).toString('utf8');
};

describe('a veil', () => {
  it('is AES-256-CTR behind its start, for texts of every length', () => {
    const veil = createVeil(key);
    for (let length = 0; length < 300; length += 1) {
      const text = 'é€𝄞' + randomBytes(length).toString('hex').slice(0, length);
      const veiled = veil(text);
      expect(byNode(veiled)).toBe(text);
      expect(unveiled(key, veiled)).toBe(text);
      expect(Buffer.from(veiled, 'base64url')).toHaveLength(16 + Buffer.byteLength(text));
    }
  });

  it('never begins or goes on in the same way twice', () => {
    const veil = createVeil(key);
    const bytes = Array.from({ length: 1000 }, () => Buffer.from(veil('the same text'), 'base64url'));
    expect(new Set(bytes.map((each) => each.toString('hex', 0, 15))).size).toBe(1000);
    expect(new Set(bytes.map((each) => each.toString('hex', 16))).size).toBe(1000);
  });

  it('of another key says nothing', () => {
    expect(unveiled(randomBytes(32), createVeil(key)('a text'))).not.toBe('a text');
  });

  it.each(['', 'short', randomBytes(15).toString('base64url')])('is none when it is too short: %j', (text) => {
    expect(unveiled(key, text)).toBeUndefined();
  });
});
