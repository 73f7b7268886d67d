import { passwordFault, type PasswordFault } from '../crypto/password-fault.js';
import { displayedName, singleLine } from '../management/input-limits.js';
import { badInput } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import { enforceUsername, type UsernameFault } from '../model/username.js';

export const usernameLength = { min: 1, max: 255 };

const usernameFaults: Readonly<Record<UsernameFault, string>> = {
  characters: 'Give letters, digits and ASCII punctuation without spaces (RFC 8265 UsernameCaseMapped).',
  direction:
    'With right-to-left characters, begin with such a letter, end with a letter or digit, and use neither left-to-right letters nor two kinds of digits (RFC 5893 section 2).',
  context:
    'Leave out characters that are allowed beside certain others alone, like a middle dot that is not between two l (RFC 5892 appendix A).',
};

/**
 * The user name as it is kept: UsernameCaseMapped (RFC 8265 §3.3). Its characters are counted as they are given, and as they are kept.
 * @throws ManagementError BAD_USER_INPUT on `username`
 */
export const checkedUsername = (username: string): string => {
  const { username: enforced, fault } = enforceUsername(singleLine('username', username, usernameLength));
  if (fault !== undefined) throw badInput('username', usernameFaults[fault]);
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

const passwordFaults: Readonly<Record<PasswordFault, string>> = {
  too_long: 'Give at most 1,024 bytes in UTF-8.',
  too_short: 'Give at least 8 characters.',
  half_surrogate: 'Give well-formed Unicode.',
  nul: 'Leave out U+0000.',
};

/**
 * A password exactly as it was given.
 * @throws ManagementError BAD_USER_INPUT on `password`
 */
export const checkedPassword = (password: Secret): Secret => {
  const fault = passwordFault(password);
  if (fault !== undefined) throw badInput('password', passwordFaults[fault]);
  return password;
};
