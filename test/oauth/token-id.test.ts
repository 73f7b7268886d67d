import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeyring } from '../../src/crypto/keyring.js';
import { grantNames } from '../../src/model/grant-name.js';
import { formatRefreshToken, parseRefreshToken } from '../../src/oauth/refresh-token.js';
import { decodeTokenId, encodeTokenId } from '../../src/oauth/token-id.js';
import { secretKey } from '../support/secret-key.js';

const keyring = createKeyring([secretKey(1)]);
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
        expect(decodeTokenId(keyring, encodeTokenId(keyring, made))).toEqual(made);
      }),
    );
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => encodeTokenId(keyring, identity))).size).toBe(1000);
  });

  it('shows nothing of it: no two of one family agree in more than the name of our key and what chance gives', () => {
    const ids = Array.from({ length: 200 }, () => encodeTokenId(keyring, { ...identity, familyId: 'fam_1' }));
    const bytes = ids.map((jti) => Buffer.from(jti.split('.')[1] ?? '', 'base64url'));
    expect(new Set(ids.map((jti) => jti.split('.')[0])).size).toBe(1);
    expect(new Set(bytes.map(({ length }) => length)).size).toBe(1);
    for (const place of bytes[0]?.keys() ?? [])
      // 32 at one place: starts are multiples of eight.
      expect(new Set(bytes.map((one) => one[place])).size).toBeGreaterThan(24);
  });

  it('stays readable when a new key writes', () => {
    const jti = encodeTokenId(keyring, identity);
    const rotated = createKeyring([secretKey(2), secretKey(1)]);
    expect(decodeTokenId(rotated, jti)).toEqual(identity);
    expect(decodeTokenId(createKeyring([secretKey(2)]), jti)).toBeUndefined();
  });

  it('of a token from before stands there for all to read, and is read', () => {
    expect(decodeTokenId(keyring, 'x.ks_1.password.1.0.2')).toEqual(identity);
    expect(decodeTokenId(keyring, 'x.ks_1.password.1.0.2.fam_1')).toEqual({ ...identity, familyId: 'fam_1' });
  });

  test.each([
    '',
    'x',
    'x.y',
    `${encodeTokenId(keyring, identity)}A.x`,
    encodeTokenId(keyring, identity).slice(0, 12),
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
    expect(decodeTokenId(keyring, jti)).toBeUndefined();
  });
});

describe('a refresh token', () => {
  const parts = { familyId: 'fam_abc', generation: 3, keySetId: 'ks_1' };
  const token = formatRefreshToken(keyring, parts).reveal();

  it('is derived: the same parts give the same token', () => {
    expect(token).toMatch(/^tgr_fam_abc\.3\.[A-Za-z0-9._-]+$/);
    expect(formatRefreshToken(keyring, parts).reveal()).toBe(token);
    expect(parseRefreshToken(keyring, { token, keySetId: 'ks_1' })).toEqual(parts);
  });

  it('stays readable when a new key writes', () => {
    const rotated = createKeyring([secretKey(2), secretKey(1)]);
    expect(parseRefreshToken(rotated, { token, keySetId: 'ks_1' })).toEqual(parts);
    expect(parseRefreshToken(createKeyring([secretKey(2)]), { token, keySetId: 'ks_1' })).toBeUndefined();
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
