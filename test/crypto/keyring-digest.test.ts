import { describe, expect, it } from '@jest/globals';
import { createKeyring } from '../../src/crypto/keyring.js';
import { secretKey } from '../support/secret-key.js';

describe('a keyed digest', () => {
  const keyring = createKeyring([secretKey()]);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

  it('has one form: no other last character matches, although it may decode to the same bytes', () => {
    const digest = keyring.digest('refresh-token', 'a text');
    expect(keyring.matches('refresh-token', 'a text', digest)).toBe(true);
    const matching = [...alphabet].filter((last) =>
      keyring.matches('refresh-token', 'a text', digest.slice(0, -1) + last),
    );
    expect(matching).toEqual([digest.slice(-1)]);
  });

  it.each(['', '=', ' ', '.x'])('with %j behind it matches nothing, unless that is nothing', (tail) => {
    const digest = keyring.digest('refresh-token', 'a text');
    expect(keyring.matches('refresh-token', 'a text', digest + tail)).toBe(tail === '');
  });
});
