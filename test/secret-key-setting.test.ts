import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { BadValue, secretKeys } from '../src/configuration/values.js';
import { secretKey } from './support/secret-key.js';

const key = secretKey().reveal();
const sixteen = randomBytes(16);

it.each([
  ['one character again and again', 'A'.repeat(43)],
  ['a word again and again', `${'changeme'.repeat(6).slice(0, 42)}A`],
  ['a longer word again and again', `${'correct-horse'.repeat(4).slice(0, 42)}A`],
  ['one byte again and again', Buffer.alloc(32, 0x41).toString('base64url')],
  ['sixteen bytes twice', Buffer.concat([sixteen, sixteen]).toString('base64url')],
  ['bytes that count', Buffer.from([...Array(32).keys()]).toString('base64url')],
  ['one in front of a good one', `${'x'.repeat(42)}A,${key}`],
])('a secret key that nobody drew is refused with how to make one: %s', (_, value) => {
  const refusal = expect(() => secretKeys(value));
  refusal.toThrow(BadValue);
  refusal.toThrow(/^must be random.* openssl rand -base64 32 /);
  refusal.not.toThrow(value);
});

it('a secret key that nobody drew may stand behind a good one, which takes its place', () => {
  expect(secretKeys(`${key},${'A'.repeat(43)}`)).toHaveLength(2);
});

it('a random secret key is taken', () => {
  for (let round = 0; round < 1000; round += 1) expect(secretKeys(secretKey().reveal())).toHaveLength(1);
});
