import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeyring } from '../../src/crypto/keyring.js';
import { grantNames } from '../../src/model/grant-name.js';
import { formatRefreshToken, parseRefreshToken } from '../../src/oauth/refresh-token.js';
import { decodeTokenId, encodeTokenId } from '../../src/oauth/token-id.js';

const identity = { keySetId: 'ks_1', grantType: 'password', epochs: { client: 1, grant: 0, user: 2 } } as const;

describe('the jti of an access token', () => {
  it('tells what the token belongs to', () => {
    const epoch = fc.nat();
    const identities = fc.record(
      {
        keySetId: fc.stringMatching(/^ks_[A-Za-z0-9_-]{20}$/),
        grantType: fc.constantFrom(...grantNames),
        epochs: fc.record({ client: epoch, grant: epoch, user: epoch }),
        familyId: fc.stringMatching(/^fam_[A-Za-z0-9_-]{20}$/),
      },
      { requiredKeys: ['keySetId', 'grantType', 'epochs'] },
    );
    fc.assert(
      fc.property(identities, (made) => {
        expect(decodeTokenId(encodeTokenId(made))).toEqual(made);
      }),
    );
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => encodeTokenId(identity))).size).toBe(1000);
  });

  test.each([
    '',
    'x',
    'x.ks_1.password.0.0',
    'x.ks_1.implicit.0.0.0',
    'x.ks_1.password.-1.0.0',
    'x.ks_1.password.1e3.0.0',
    'x.ks_1.password.01.0.0',
    'x.ks_1.password.9007199254740993.0.0',
    'x.ks_1.password.0.0.0.',
    'x.ks_1.password.0.0.0.fam_1.more',
    '.ks_1.password.0.0.0',
    'x..password.0.0.0',
  ])('is not %s', (jti) => {
    expect(decodeTokenId(jti)).toBeUndefined();
  });
});

describe('a refresh token', () => {
  const keyring = createKeyring([Buffer.alloc(32, 1)]);
  const parts = { familyId: 'fam_abc', generation: 3, keySetId: 'ks_1' };
  const token = formatRefreshToken(keyring, parts);

  it('is derived: the same parts give the same token', () => {
    expect(token).toMatch(/^tgr_fam_abc\.3\.[A-Za-z0-9._-]+$/);
    expect(formatRefreshToken(keyring, parts)).toBe(token);
    expect(parseRefreshToken(keyring, { token, keySetId: 'ks_1' })).toEqual(parts);
  });

  it('stays readable when a new key writes', () => {
    const rotated = createKeyring([Buffer.alloc(32, 2), Buffer.alloc(32, 1)]);
    expect(parseRefreshToken(rotated, { token, keySetId: 'ks_1' })).toEqual(parts);
    expect(parseRefreshToken(createKeyring([Buffer.alloc(32, 2)]), { token, keySetId: 'ks_1' })).toBeUndefined();
  });

  test.each([
    ['of another client', token, 'ks_2'],
    ['of another generation', token.replace('.3.', '.4.'), 'ks_1'],
    ['of another family', token.replace('fam_abc', 'fam_abd'), 'ks_1'],
    ['with a leading zero', token.replace('.3.', '.03.'), 'ks_1'],
    ['that was cut', token.slice(0, -1), 'ks_1'],
    ['with something behind it', `${token}.x`, 'ks_1'],
    ['without its prefix', token.slice(4), 'ks_1'],
    ['that is empty', '', 'ks_1'],
  ])('%s is none', (_, forged, keySetId) => {
    expect(parseRefreshToken(keyring, { token: forged, keySetId })).toBeUndefined();
  });

  it('cannot be made from any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `tgr_fam_abc.3.${text}`),
        ),
        (text) => {
          expect(parseRefreshToken(keyring, { token: text, keySetId: 'ks_1' })).toBeUndefined();
        },
      ),
    );
  });
});
