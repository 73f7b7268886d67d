import { badInput } from '../model/management-error.js';
import { idLength, isVschar } from '../model/vschar.js';

/** Bounds, both inclusive; of a text in code points. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * A text of one line: its length in range, well-formed Unicode, no control characters (U+0000 among them) and no line breaks.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const singleLine = (field: string, value: string, range: Range): string =>
  checked(field, value, { range, forbidden: /[\p{Cc}\p{Zl}\p{Zp}]/u });

/**
 * A text that may have several lines: as `singleLine`, but line breaks and tabs are welcome.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const multiLine = (field: string, value: string, range: Range): string =>
  checked(field, value, { range, forbidden: /(?![\t\n\r])\p{Cc}/u });

/**
 * A name that people read: NFC without white space around it, then as `singleLine`, and something of it can be seen.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const displayedName = (field: string, value: string, range: Range): string =>
  visible(field, singleLine(field, value.normalize('NFC').trim(), range));

/**
 * A text with at least one character that can be seen: letters, digits, punctuation, symbols.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const visible = (field: string, value: string): string => {
  if (seen.test(value)) return value;
  throw badInput(field, 'Give at least one character that can be seen.');
};

/** U+2800 is a Braille cell without dots: a symbol, and blank. */
const seen = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * A text of printable ASCII, the space included: VSCHAR (RFC 6749 App. A).
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const vschar = (field: string, value: string, { min, max }: Range): string => {
  if (isVschar(value, { min, max })) return value;
  throw badInput(field, `Give ${min} to ${max} printable ASCII characters.`);
};

/** An id or client id that something is looked up by. Ours are shorter, those that were brought along are VSCHAR. */
export const lookedUpId = (field: string, value: string): string => vschar(field, value, idLength);

/** Whether something can be looked up by it. */
export const isLookedUpId = (value: unknown): value is string => typeof value === 'string' && isVschar(value, idLength);

/**
 * A whole number in range.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const wholeNumber = (field: string, value: number, { min, max }: Range): number => {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw badInput(field, wholeNumberSentence({ min, max }));
};

export const wholeNumberSentence = ({ min, max }: Range): string => `Give a whole number from ${min} to ${max}.`;

/**
 * A list with at most `max` items.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const atMost = <T>(field: string, list: readonly T[], max: number): readonly T[] => {
  if (list.length <= max) return list;
  throw badInput(field, `Give at most ${max} items.`);
};

const checked = (
  field: string,
  value: string,
  { range, forbidden }: { readonly range: Range; readonly forbidden: RegExp },
): string => {
  // Code points are counted only where the code units leave it open, so that a very long text costs nothing.
  const tooLong = value.length > range.max * 2 || lengthOf(value) > range.max;
  if (tooLong || lengthOf(value) < range.min) throw badInput(field, `Give ${range.min} to ${range.max} characters.`);
  if (/\p{Surrogate}/u.test(value))
    throw badInput(field, 'Give well-formed Unicode: there is half of a surrogate pair.');
  if (forbidden.test(value)) throw badInput(field, 'Leave out control characters.');
  return value;
};

const lengthOf = (value: string): number => [...value].length;
