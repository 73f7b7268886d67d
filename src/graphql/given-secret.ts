import { Secret } from '../model/secret.js';

/** A secret as an input has it: from here on nobody prints it by mistake. */
export const givenSecret = (text: string | null | undefined): Secret | undefined =>
  text === null || text === undefined ? undefined : new Secret(text);
