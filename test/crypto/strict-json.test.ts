import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictObject } from '../../src/crypto/strict-json.js';

describe('a strict JSON object', () => {
  test.each([
    { what: 'no members', text: '{}' },
    { what: 'the same name on two levels', text: '{"a":{"a":1},"b":[{"a":2},{"a":3}]}' },
    { what: 'names in values', text: '{"a":"\\"a\\":1","b":"a"}' },
    { what: 'white space around everything', text: ' { "a" :\n1 , "b" : [ ] } ' },
    { what: '__proto__ as a name', text: '{"__proto__":1}' },
  ])('accepts $what', ({ text }) => {
    expect(JSON.stringify(parseStrictObject(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  test.each([
    { what: 'a repeated member', text: '{"a":1,"a":1}' },
    { what: 'a repeated member further in', text: '{"b":[{"c":{"a":1,"x":0,"a":2}}]}' },
    { what: 'a repeated member spelt with an escape', text: '{"a":1,"\\u0061":2}' },
    { what: 'a repeated __proto__', text: '{"__proto__":1,"__proto__":2}' },
    { what: 'a list', text: '[{"a":1}]' },
    { what: 'a text', text: '"a"' },
    { what: 'null', text: 'null' },
    { what: 'two objects', text: '{}{}' },
    { what: 'nothing', text: '' },
    { what: 'a byte order mark', text: '\uFEFF{}' },
  ])('refuses $what', ({ text }) => {
    expect(parseStrictObject(text)).toBeUndefined();
  });

  it.each(['{"a":', '[', '[{"a":['])('reads what is nested deeper than calls can be: %s', (opening) => {
    const closing = Array.from(opening.replaceAll('"a":', ''), (bracket) => (bracket === '{' ? '}' : ']'));
    const text = opening.repeat(20_000) + '1' + closing.reverse().join('').repeat(20_000);
    expect(parseStrictObject(`{"deep":${text}}`)).toBeDefined();
    expect(parseStrictObject(`{"deep":${text},"deep":1}`)).toBeUndefined();
  });

  it('reads every object that JSON.stringify wrote, and none with a member written twice', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const text = JSON.stringify(object);
        expect(JSON.stringify(parseStrictObject(text))).toBe(text);
        const [name] = Object.keys(object);
        expect(parseStrictObject(`${text.slice(0, -1)},${JSON.stringify(name)}:0}`)).toBeUndefined();
      }),
    );
  });
});
