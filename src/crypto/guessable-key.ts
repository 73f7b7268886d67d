import type { Secret } from '../model/secret.js';

/**
 * Whether a secret key in base64url repeats a pattern, so that nobody drew it at random: in its bytes, or in its characters but for the last
 * one, which holds two bits that count for nothing.
 */
export const isGuessable = (key: Secret): boolean => {
  const text = key.reveal();
  return isPattern(Buffer.from(text, 'base64url')) || isPattern(Buffer.from(text.slice(0, -1)));
};

/** Whether the second half of the bytes, or of the steps between them, only repeats what came before. */
const isPattern = (bytes: Buffer): boolean => {
  const values = [...bytes];
  return repeatsItself(values) || repeatsItself(values.slice(1).map((value, index) => value - (values[index] ?? 0)));
};

const repeatsItself = (values: readonly number[]): boolean =>
  values.some((_, period) => period > 0 && 2 * period <= values.length && hasPeriod(values, period));

const hasPeriod = (values: readonly number[], period: number): boolean =>
  values.every((value, index) => index < period || value === values[index - period]);
