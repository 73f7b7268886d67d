import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hmacSha256 } from '../../src/crypto/hmac.js';

const byNode = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64url');

describe('HMAC-SHA-256', () => {
  // RFC 4231 §4.2 and §4.3, with keys and texts that are UTF-8.
  it.each([
    [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ])('is that of RFC 4231 (key %j)', (key, text, expected) => {
    expect(Buffer.from(hmacSha256(key)(text), 'base64url').toString('hex')).toBe(expected);
  });

  it('is that of node:crypto, whatever the length, also with several keys in turn', () => {
    const keys = Array.from({ length: 3 }, () => randomBytes(32));
    const macs = keys.map(hmacSha256);
    for (let length = 0; length < 300; length += 1) {
      const text = randomBytes(length).toString('latin1') + 'é€𝄞';
      expect(macs.map((mac) => mac(text))).toEqual(keys.map((key) => byNode(key, text)));
    }
  });
});
