/**
 * The PRECIS IdentifierClass (RFC 8264 §4.2): letters and digits of all scripts, and visible ASCII. The derivation of §8 is expressed in
 * Unicode properties, so that it follows the Unicode version of the JavaScript engine.
 */

const ascii = /^[\x21-\x7E]*$/;

/** LetterDigits (§9.1) and ASCII7 (§9.11). */
const letterOrDigit = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}\x21-\x7E]$/u;

/** Exceptions (§9.6) and JoinControl (§9.8): valid, some of them by context alone, whatever their properties say. */
const exceptionallyValid = /^[\u00B7\u0375\u05F3\u05F4\u06FD\u06FE\u0F0B\u3007\u30FB\u200C\u200D]$/u;
const exceptionallyRefused = /^[\u302E-\u302F\u0640\u07FA\u3031-\u3035\u303B]$/u;

/** OldHangulJamo (§9.9), which are three blocks, and PrecisIgnorableProperties (§9.13). */
const refused = /^[\u1100-\u11FF\uA960-\uA97F\uD7B0-\uD7FF\p{Default_Ignorable_Code_Point}]$/u;

/** Whether each code point is one that an identifier may hold, be it only in some context. */
export const hasIdentifierLetters = (text: string): boolean =>
  ascii.test(text) || Array.from(text).every(isIdentifierLetter);

/** Whether the code points that need a context stand in theirs (RFC 5892 App. A). */
export const hasIdentifierContexts = (text: string): boolean =>
  ascii.test(text) || (contextRules.every((rule) => rule(text)) && joinersStandWell(text));

const isIdentifierLetter = (character: string): boolean => {
  if (exceptionallyValid.test(character)) return true;
  if (exceptionallyRefused.test(character) || refused.test(character)) return false;
  // HasCompat (§9.17)
  return character.normalize('NFKC') === character && letterOrDigit.test(character);
};

const contextRules: readonly ((text: string) => boolean)[] = [
  // A.3: middle dot
  (text) => !/(?<!l)\u00B7|\u00B7(?!l)/u.test(text),
  // A.4: Greek lower numeral sign
  (text) => !/\u0375(?!\p{Script=Greek})/u.test(text),
  // A.5 and A.6: Hebrew geresh and gershayim
  (text) => !/(?<!\p{Script=Hebrew})[\u05F3\u05F4]/u.test(text),
  // A.7: Katakana middle dot
  (text) => !text.includes('\u30FB') || /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text),
  // A.8 and A.9: the two kinds of Arabic digits
  (text) => !(/[\u0660-\u0669]/u.test(text) && /[\u06F0-\u06F9]/u.test(text)),
];

/**
 * Joining_Type is no property that JavaScript knows: these are the Arabic letters that join on both sides, and those that join to the right.
 * Other joining scripts have no use for a joiner in names; there it is allowed after a virama alone.
 */
const joinsBoth =
  '\\u0620\\u0626\\u0628\\u062A-\\u062E\\u0633-\\u063F\\u0641-\\u0647\\u0649\\u064A\\u066E\\u066F\\u0678-\\u0687\\u069A-\\u06BF\\u06C1\\u06C2' +
  '\\u06CC\\u06CE\\u06D0\\u06D1\\u06FA-\\u06FC\\u06FF\\u0750-\\u0758\\u075C-\\u076A\\u076D-\\u0770\\u0772\\u0775-\\u0777\\u077A-\\u077F' +
  '\\u0886\\u0889-\\u088D\\u08A0-\\u08A9\\u08AF\\u08B0\\u08B3-\\u08B8\\u08BA-\\u08C8';
const joinsRight =
  '\\u0622-\\u0625\\u0627\\u0629\\u062F-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699\\u06C0\\u06C3-\\u06CB\\u06CD\\u06CF\\u06D2' +
  '\\u06D3\\u06D5\\u06EE\\u06EF\\u0759-\\u075B\\u076B\\u076C\\u0771\\u0773\\u0774\\u0778\\u0779\\u0870-\\u0882\\u088E\\u08AA-\\u08AC\\u08AE' +
  '\\u08B1\\u08B2\\u08B9';
const joinedBefore = new RegExp(`[${joinsBoth}]\\p{Mn}*$`, 'u');
const joinedAfter = new RegExp(`^\\p{Mn}*[${joinsBoth}${joinsRight}]`, 'u');

/** A.1 and A.2: a joiner after a virama, or a non-joiner between letters that would join. */
const joinersStandWell = (text: string): boolean => {
  const pieces = text.split(/([\u200C\u200D])/u);
  return pieces.every((piece, index) => {
    if (piece !== '\u200C' && piece !== '\u200D') return true;
    const [before = '', after = ''] = [pieces[index - 1], pieces[index + 1]];
    if (isVirama(Array.from(before).at(-1) ?? '')) return true;
    return piece === '\u200C' && joinedBefore.test(before) && joinedAfter.test(after);
  });
};

const voicedSoundMark = '\u3099';
const pointSheva = '\u05B0';

/** Canonical_Combining_Class 9, seen by how a character is ordered beside a mark of class 8 and one of class 10. */
const isVirama = (character: string): boolean =>
  character !== '' &&
  character !== voicedSoundMark &&
  character !== pointSheva &&
  (character + voicedSoundMark).normalize('NFD') === voicedSoundMark + character &&
  (pointSheva + character).normalize('NFD') === character + pointSheva;
