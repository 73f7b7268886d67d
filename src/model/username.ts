import { obeysBidiRule } from './bidi-rule.js';
import { hasIdentifierContexts, hasIdentifierLetters } from './identifier-class.js';

/** Far beyond any name that is kept, and short enough to be examined at once. */
const lengthLimit = 1024;

/** RFC 8264 §7: the rules are applied until nothing changes, and again at most so often. */
const reapplications = 3;

/**
 * Why the profile refuses a name: spaces, symbols, compatibility characters, unassigned code points (RFC 8264 §4.2); directions that do not
 * go together (RFC 5893 §2); or characters that do not stand where they may (RFC 5892 App. A).
 */
export type UsernameFault = 'characters' | 'direction' | 'context';

export type EnforcedUsername =
  | { readonly username: string; readonly fault?: undefined }
  | { readonly username?: undefined; readonly fault: UsernameFault };

/**
 * A user name by the PRECIS profile UsernameCaseMapped (RFC 8265 §3.3): the form in which names are kept, compared and shown.
 * Undefined when the profile refuses it.
 */
export const enforcedUsername = (text: string): string | undefined => enforceUsername(text).username;

/** The same, with the reason where the profile refuses it. */
export const enforceUsername = (text: string): EnforcedUsername => {
  if (text.length > lengthLimit) return { fault: 'characters' };
  let enforced = enforcedOnce(text);
  for (let round = 0; round < reapplications && enforced.fault === undefined; round += 1) {
    const again = enforcedOnce(enforced.username);
    if (again.username === enforced.username) return enforced;
    enforced = again;
  }
  return { fault: enforced.fault ?? 'characters' };
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

const enforcedOnce = (text: string): EnforcedUsername => {
  const prepared = widthMapped(text);
  if (prepared === '' || !hasIdentifierLetters(prepared)) return { fault: 'characters' };
  const username = prepared.toLowerCase().normalize('NFC');
  if (!obeysBidiRule(username)) return { fault: 'direction' };
  return hasIdentifierContexts(username) ? { username } : { fault: 'context' };
};

/** Fullwidth and halfwidth code points become what they are the wide or narrow form of; the identifier class would refuse them. */
const widthMapped = (text: string): string =>
  text.replace(/[\u3000\uFF01-\uFFEE]/g, (character) => character.normalize('NFKC'));
