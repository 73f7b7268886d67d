import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBasic } from '../../src/oauth/basic-credentials.js';

/** With the secret in clear, to be compared. */
const read = (header: string) => {
  const found = parseBasic(header);
  return found && { clientId: found.clientId, clientSecret: found.clientSecret.reveal() };
};

const encoded = (pair: string | Buffer): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('HTTP Basic credentials', () => {
  it('form-decodes id and secret (RFC 6749 §2.3.1)', () => {
    expect(read(encoded('cli+ent%3A1:p%40ss+w%25rd%2B%2F%3D'))).toEqual({
      clientId: 'cli ent:1',
      clientSecret: 'p@ss w%rd+/=',
    });
  });

  it('decodes the example of RFC 6749 App. B', () => {
    expect(read(encoded('+%25%26%2B%C2%A3%E2%82%AC:x'))?.clientId).toBe(' %&+£€');
  });

  test.each(['Basic', 'basic', 'bAsIc', 'BASIC'])('takes the scheme as %s (RFC 7617 §2)', (scheme) => {
    expect(read(`${scheme} ${Buffer.from('a:b').toString('base64')}`)).toEqual({
      clientId: 'a',
      clientSecret: 'b',
    });
  });

  it('takes more than one space after the scheme (RFC 9110 §11.4)', () => {
    expect(read('Basic   YTpi')).toEqual({ clientId: 'a', clientSecret: 'b' });
  });

  it('splits at the first colon: later ones belong to the secret (RFC 7617 §2)', () => {
    expect(read(encoded('a:b:c'))).toEqual({ clientId: 'a', clientSecret: 'b:c' });
  });

  test.each([
    ['another scheme', 'Bearer YTpi'],
    ['no credentials', 'Basic'],
    ['no space', 'BasicYTpi'],
    ['a tab after the scheme', 'Basic\tYTpi'],
    ['two tokens', 'Basic YTpi YTpi'],
    ['nothing decoded', 'Basic ===='],
    ['no colon', encoded('ab')],
    ['characters that are not base64', 'Basic YT*pi'],
    ['base64url', `Basic ${Buffer.from('\u00FF\u00FF:\u00FF').toString('base64url')}`],
    ['missing padding', 'Basic YTpiYw'],
    ['too much padding', 'Basic YTpi===='],
    ['bits that encode nothing', 'Basic YTpiYx=='],
    ['bytes that are no UTF-8', encoded(Buffer.from([0x61, 0x3a, 0xff]))],
    ['a control character', encoded('a:b\u0007')],
    ['an encoded control character', encoded('a:b%07')],
    ['an encoded U+0000', encoded('a%00:b')],
    ['a percent sign without digits', encoded('a:%zz')],
    ['encoded bytes that are no UTF-8', encoded('a:%ff')],
  ])('refuses %s', (_, header) => {
    expect(read(header)).toBeUndefined();
  });

  it('gives back whatever was encoded by the rules', () => {
    const vschar = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(vschar, vschar, (clientId, clientSecret) => {
        const [id, secret] = [clientId, clientSecret].map((text) =>
          new URLSearchParams([['', text]]).toString().slice(1),
        );
        expect(read(encoded(`${id}:${secret}`))).toEqual({ clientId, clientSecret });
      }),
    );
  });

  it('finds id and secret, both text, or nothing in any header', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Basic ${text}`),
      fc.uint8Array().map((bytes) => encoded(Buffer.from(bytes))),
    );
    fc.assert(
      fc.property(header, (text) => {
        const found = read(text);
        if (found !== undefined)
          expect(Object.values(found).map((value) => typeof value)).toEqual(['string', 'string']);
      }),
      { numRuns: 3000 },
    );
  });
});
