import { HashQueueFull, type PasswordHasher } from '../crypto/password-hasher.js';
import { ManagementError } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';

/** @throws ManagementError UNAVAILABLE while too many passwords wait for the hash threads */
export const hashPassword = async (hasher: PasswordHasher, password: Secret): Promise<string> => {
  try {
    return await hasher.hash(password);
  } catch (cause) {
    if (!(cause instanceof HashQueueFull)) throw cause;
    const { retryAfterSeconds } = cause;
    throw new ManagementError('UNAVAILABLE', 'Too many passwords are waiting: try again.', {
      retryAfterSeconds,
      cause,
    });
  }
};
