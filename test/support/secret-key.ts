import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/model/secret.js';

/** A key as `TALLYGATE_SECRET_KEY` has it, the same for the same number; without one another each time. */
export const secretKey = (number?: number): Secret =>
  new Secret((number === undefined ? randomBytes(32) : Buffer.alloc(32, number)).toString('base64url'));
