import { obeysBidiRule } from './bidi-rule.js';
import { hasIdentifierContexts, hasIdentifierLetters } from './identifier-class.js';

/** Far beyond any name that is kept, and short enough to be examined at once. */
const lengthLimit = 1024;

/** RFC 8264 §7: the rules are applied until nothing changes, and again at most so often. */
const reapplications = 3;

/**
 * A user name by the PRECIS profile UsernameCaseMapped (RFC 8265 §3.3): the form in which names are kept, compared and shown.
 * Undefined when the profile refuses it: spaces, symbols, compatibility characters, unassigned code points, mixed directions.
 */
export const enforcedUsername = (text: string): string | undefined => {
  if (text.length > lengthLimit) return undefined;
  let username = enforcedOnce(text);
  for (let round = 0; round < reapplications && username !== undefined; round += 1) {
    const again = enforcedOnce(username);
    if (again === username) return username;
    username = again;
  }
  return undefined;
};

/** Names in the order of their code points, `[from, below)`. */
export interface UsernameRange {
  readonly from: string;
  readonly below: string;
}

/** A character that is none, behind all others: no name holds it. */
const last = '\u{10FFFF}';

/**
 * The user names that begin with a text, whatever its capitals; the beginning of a name need not be one. Whether a capital sigma at its end
 * is a final one would only tell what follows: both small letters are meant, which are neighbours.
 */
export const usernamesFrom = (text: string): UsernameRange => {
  const start = enforcedUsername(text) ?? text.normalize('NFC').toLowerCase().normalize('NFC');
  if (!text.endsWith('\u03A3')) return { from: start, below: start + last };
  return { from: start.replace(/.$/u, '\u03C2'), below: start.replace(/.$/u, '\u03C3') + last };
};

const enforcedOnce = (text: string): string | undefined => {
  const prepared = widthMapped(text);
  if (prepared === '' || !hasIdentifierLetters(prepared)) return undefined;
  const username = prepared.toLowerCase().normalize('NFC');
  return obeysBidiRule(username) && hasIdentifierContexts(username) ? username : undefined;
};

/** Fullwidth and halfwidth code points become what they are the wide or narrow form of; the identifier class would refuse them. */
const widthMapped = (text: string): string =>
  text.replace(/[\u3000\uFF01-\uFFEE]/g, (character) => character.normalize('NFKC'));
