import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameKey } from '../../src/model/application.js';

const texts = fc.string({ unit: 'binary', maxLength: 20 });

describe('the folded form of a name', () => {
  it('is folded for good', () => {
    fc.assert(fc.property(texts, (text) => expect(nameKey(nameKey(text))).toBe(nameKey(text))));
  });

  it('is the same for its small letters, its NFD, and the form that was kept before', () => {
    const before = (text: string) => text.normalize('NFC').toLowerCase().normalize('NFC');
    const forms = [before, (text: string) => text.toLowerCase(), (text: string) => text.normalize('NFD')];
    fc.assert(
      fc.property(texts, fc.constantFrom(...forms), (text, form) => expect(nameKey(form(text))).toBe(nameKey(text))),
    );
  });
});
