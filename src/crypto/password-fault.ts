import type { Secret } from '../model/secret.js';

/** In UTF-8: hashing takes longer with more. */
const limitBytes = 1024;
const shortest = 8;

export type PasswordFault = 'too_long' | 'too_short' | 'half_surrogate' | 'nul';

/**
 * What keeps a text from being a password (NIST SP 800-63B §5.1.1.2): 8 characters to 1,024 bytes, no rules on what they are, except that
 * U+0000 and halves of surrogate pairs are none.
 */
export const passwordFault = (password: Secret): PasswordFault | undefined => {
  if (isTooLong(password)) return 'too_long';
  const text = password.reveal();
  if ([...text].length < shortest) return 'too_short';
  if (/\p{Surrogate}/u.test(text)) return 'half_surrogate';
  return text.includes('\0') ? 'nul' : undefined;
};

/** Nobody's password is: it need not be hashed. */
export const isTooLong = (password: Secret): boolean => Buffer.byteLength(password.reveal()) > limitBytes;
