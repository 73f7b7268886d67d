import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { enforcedUsername } from '../../src/model/username.js';

describe('a user name by the profile UsernameCaseMapped', () => {
  test.each([
    { name: 'juliet@example.com', enforced: 'juliet@example.com', section: 'RFC 8265 §3.5, example 1' },
    { name: 'fussball', enforced: 'fussball', section: 'RFC 8265 §3.5, example 2' },
    { name: 'fu\u00DFball', enforced: 'fu\u00DFball', section: 'RFC 8265 §3.5, example 3' },
    { name: '\u03C0', enforced: '\u03C0', section: 'RFC 8265 §3.5, example 4' },
    { name: '\u03A3', enforced: '\u03C3', section: 'RFC 8265 §3.5, example 5' },
    { name: '\u03C3', enforced: '\u03C3', section: 'RFC 8265 §3.5, example 6' },
    { name: '\u03C2', enforced: '\u03C2', section: 'RFC 8265 §3.5, example 7' },
    { name: 'Alice', enforced: 'alice', section: 'case mapping' },
    { name: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', enforced: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', section: 'ASCII7' },
    { name: '\uFF21\uFF4C\uFF49\uFF43\uFF45', enforced: 'alice', section: 'width mapping of fullwidth letters' },
    { name: '\uFF76\uFF9E', enforced: '\u30AC', section: 'width mapping of halfwidth Katakana, then NFC' },
    { name: 'e\u0301', enforced: '\u00E9', section: 'NFC' },
    { name: '\u1E9E', enforced: '\u00DF', section: 'case mapping of capital sharp s' },
    { name: '\u0130', enforced: 'i\u0307', section: 'case mapping of I with dot above' },
    { name: '\u05D0\u05D1\u05B0', enforced: '\u05D0\u05D1\u05B0', section: 'Bidi Rule: marks at the end' },
    { name: '\u05D01', enforced: '\u05D01', section: 'Bidi Rule: a number at the end' },
    { name: 'L\u00B7L', enforced: 'l\u00B7l', section: 'RFC 5892 A.3' },
    { name: '\u0375\u03B1', enforced: '\u0375\u03B1', section: 'RFC 5892 A.4' },
    { name: '\u05D0\u05F3', enforced: '\u05D0\u05F3', section: 'RFC 5892 A.5' },
    { name: '\u05D0\u05F4', enforced: '\u05D0\u05F4', section: 'RFC 5892 A.6' },
    { name: '\u30FB\u30A2', enforced: '\u30FB\u30A2', section: 'RFC 5892 A.7' },
    { name: '\u0628\u0661', enforced: '\u0628\u0661', section: 'RFC 5892 A.8' },
    { name: '\u0628\u06F1', enforced: '\u0628\u06F1', section: 'RFC 5892 A.9' },
    { name: '\u0915\u094D\u200C\u0937', enforced: '\u0915\u094D\u200C\u0937', section: 'RFC 5892 A.1, after a virama' },
    { name: '\u0915\u094D\u200D\u0937', enforced: '\u0915\u094D\u200D\u0937', section: 'RFC 5892 A.2' },
    {
      name: '\u0646\u0645\u200C\u0627',
      enforced: '\u0646\u0645\u200C\u0627',
      section: 'RFC 5892 A.1, between letters that join',
    },
  ])('keeps $name as $enforced ($section)', ({ name, enforced }) => {
    expect(enforcedUsername(name)).toBe(enforced);
  });

  test.each([
    { name: 'foo bar', why: 'a space (RFC 8265 §3.5, example 8)' },
    { name: '', why: 'nothing (RFC 8265 §3.5, example 9)' },
    { name: 'henry\u2163', why: 'a compatibility character (RFC 8265 §3.5, example 10)' },
    { name: '\u265A', why: 'a symbol (RFC 8265 §3.5, example 11)' },
    { name: '\u221E', why: 'a mathematical symbol' },
    { name: '\u212Aelvin', why: 'the Kelvin sign, which the identifier class refuses before case is mapped' },
    { name: 'a\u0000b', why: 'U+0000' },
    { name: 'a\tb', why: 'a tab' },
    { name: 'a\u00A0b', why: 'a space without a break' },
    { name: 'a\u3000b', why: 'an ideographic space, which becomes a space' },
    { name: 'a\u00ADb', why: 'a soft hyphen' },
    { name: 'a\u200Bb', why: 'a space without width' },
    { name: 'a\uFEFF', why: 'a byte order mark' },
    { name: '\uD800', why: 'half of a surrogate pair' },
    { name: '\uE000', why: 'a private use character' },
    { name: '\uFDD0', why: 'a noncharacter' },
    { name: '\u1100\u1161', why: 'conjoining jamo' },
    { name: '\u0640\u0628', why: 'an Arabic tatweel' },
    { name: 'a\u2019b', why: 'punctuation beyond ASCII' },
    { name: '\u{1F600}', why: 'an emoji' },
    { name: '\u01C5', why: 'a titlecase letter' },
    { name: 'a\u05D0', why: 'two directions (RFC 5893 §2, rule 5)' },
    { name: '1\u05D0', why: 'a number in front of a right-to-left letter (RFC 5893 §2, rule 1)' },
    { name: '\u05D0-', why: 'a neutral character at a right-to-left end (RFC 5893 §2, rule 3)' },
    { name: '\u06281\u0661', why: 'European beside Arabic numbers (RFC 5893 §2, rule 4)' },
    { name: 'a\u00B7l', why: 'a middle dot elsewhere (RFC 5892 A.3)' },
    { name: '\u0375a', why: 'a Greek numeral sign elsewhere (RFC 5892 A.4)' },
    { name: '\u05F3\u05D0', why: 'geresh elsewhere (RFC 5892 A.5)' },
    { name: '\u05F4\u05D0', why: 'gershayim elsewhere (RFC 5892 A.6)' },
    { name: 'a\u30FBb', why: 'a Katakana middle dot elsewhere (RFC 5892 A.7)' },
    { name: '\u0628\u0661\u06F1', why: 'both kinds of Arabic digits (RFC 5892 A.8 and A.9)' },
    { name: 'a\u200Cb', why: 'a non-joiner elsewhere (RFC 5892 A.1)' },
    { name: '\u200C\u0915', why: 'a non-joiner in front (RFC 5892 A.1)' },
    { name: '\u0627\u200C\u0628', why: 'a non-joiner after a letter that does not join (RFC 5892 A.1)' },
    { name: '\u0628\u200D\u0628', why: 'a joiner without a virama (RFC 5892 A.2)' },
    { name: '\u30A2\u3099\u200D', why: 'a joiner after another mark (RFC 5892 A.2)' },
    { name: 'a'.repeat(1025), why: 'more than 1,024 characters' },
  ])('refuses $why', ({ name }) => {
    expect(enforcedUsername(name)).toBeUndefined();
  });

  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(...'aLl\u00B7\u0375\u03A3\u05D0\u05B0\u0628\u200C\u200D\u094D\u0915\u0130\uFF21\uFF9E1.'),
    }),
  );

  it('is the same when it is enforced again', () => {
    fc.assert(
      fc.property(text, (name) => {
        const enforced = enforcedUsername(name);
        if (enforced !== undefined) expect(enforcedUsername(enforced)).toBe(enforced);
      }),
      { numRuns: 2000 },
    );
  });

  it('is lower case, in NFC, not empty, and holds no space and no control', () => {
    fc.assert(
      fc.property(text, (name) => {
        const enforced = enforcedUsername(name);
        if (enforced === undefined) return;
        expect(enforced).not.toBe('');
        expect(enforced).toBe(enforced.toLowerCase());
        expect(enforced).toBe(enforced.normalize('NFC'));
        expect(enforced).not.toMatch(/\s|\p{Cc}|\p{Cn}|\p{Co}|\p{Cs}/u);
      }),
      { numRuns: 2000 },
    );
  });

  it('is found in linear time', () => {
    const start = process.cpuUsage();
    for (const unit of ['\u30FB', '\u200C', '\u0661', 'l\u00B7', '\u05B0', '\u0628\u200C', '\uFF9E']) {
      enforcedUsername(unit.repeat(1024).slice(0, 1024));
    }
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(500);
  });
});
