import { Secret } from '../model/secret.js';
import type { Given } from './given.js';

/** A secret as an input has it: from here on nobody prints it by mistake. */
export const givenSecret = (text: Given<string>): Secret | undefined =>
  text === null || text === undefined ? undefined : new Secret(text);
