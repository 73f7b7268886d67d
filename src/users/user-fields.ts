import { displayedName, singleLine } from '../management/input-limits.js';
import { badInput } from '../model/management-error.js';
import { Secret } from '../model/secret.js';
import { passwordLimitBytes } from '../model/user.js';
import { enforcedUsername } from '../model/username.js';

const usernameLength = { min: 1, max: 255 };

/**
 * The user name as it is kept: UsernameCaseMapped (RFC 8265 §3.3). Its characters are counted as they are given, and as they are kept.
 * @throws ManagementError BAD_USER_INPUT on `username`
 */
export const checkedUsername = (username: string): string => {
  const enforced = enforcedUsername(singleLine('username', username, usernameLength));
  if (enforced === undefined) {
    throw badInput(
      'username',
      'Give letters, digits and ASCII punctuation without spaces (RFC 8265 UsernameCaseMapped).',
    );
  }
  if ([...enforced].length <= usernameLength.max) return enforced;
  throw badInput('username', 'Give a name that has at most 255 characters without capitals, too.');
};

/** Something on both sides of one @; whether mail arrives there only mail can tell. @throws ManagementError BAD_USER_INPUT on `email` */
export const checkedEmail = (email: string): string => {
  singleLine('email', email, { min: 3, max: 254 });
  if (!/^[^@\s]+@[^@\s]+$/u.test(email)) throw badInput('email', 'Give an address with one @ and without spaces.');
  return email;
};

/** @throws ManagementError BAD_USER_INPUT on `displayName` */
export const checkedDisplayName = (displayName: string): string =>
  displayedName('displayName', displayName, { min: 1, max: 120 });

const shortestPassword = 8;

/**
 * A password exactly as it was given (NIST SP 800-63B §5.1.1.2): 8 characters to 1,024 bytes, no rules on what they are, except that
 * U+0000 and halves of surrogate pairs are none.
 * @throws ManagementError BAD_USER_INPUT on `password`
 */
export const checkedPassword = (password: string): Secret => {
  if (Buffer.byteLength(password) > passwordLimitBytes)
    throw badInput('password', 'Give at most 1,024 bytes in UTF-8.');
  if ([...password].length < shortestPassword) throw badInput('password', 'Give at least 8 characters.');
  if (/\p{Surrogate}/u.test(password)) throw badInput('password', 'Give well-formed Unicode.');
  if (password.includes('\0')) throw badInput('password', 'Leave out U+0000.');
  return new Secret(password);
};
