import bidiFactory, { type BidiClass } from 'bidi-js';

const { getBidiCharTypeName } = bidiFactory();

interface Direction {
  /** Bidi classes that a name of this direction may hold. */
  readonly holds: readonly BidiClass[];
  /** What it must end with, nonspacing marks apart. */
  readonly ends: readonly BidiClass[];
}

const rightToLeftOnly: readonly BidiClass[] = ['R', 'AL', 'AN'];
const either: readonly BidiClass[] = ['EN', 'ES', 'CS', 'ET', 'ON', 'BN', 'NSM'];

const leftToRight: Direction = { holds: ['L', ...either], ends: ['L', 'EN'] };
const rightToLeft: Direction = { holds: [...rightToLeftOnly, ...either], ends: ['R', 'AL', 'EN', 'AN'] };

/** Its first character gives a name its direction; some characters cannot. */
const directions: Readonly<Partial<Record<BidiClass, Direction>>> = { L: leftToRight, R: rightToLeft, AL: rightToLeft };

/** The Bidi Rule of RFC 5893 §2, which binds names that hold a right-to-left character (RFC 8264 §5.2.5). */
export const obeysBidiRule = (name: string): boolean => {
  const classes = Array.from(name, (character) => getBidiCharTypeName(character));
  if (!classes.some((held) => rightToLeftOnly.includes(held))) return true;
  const [first = 'ON'] = classes;
  const direction = directions[first];
  const last = classes.findLast((held) => held !== 'NSM');
  if (direction === undefined || last === undefined) return false;
  const numbersMixed = classes.includes('EN') && classes.includes('AN');
  return !numbersMixed && direction.ends.includes(last) && classes.every((held) => direction.holds.includes(held));
};
