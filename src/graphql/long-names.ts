/** The names of the schema are shorter. */
const nameLimit = 64;

const longName = new RegExp(`\\w{${nameLimit + 1},}`, 'g');

/** What an error says, but for names that nothing here has: they may be anything, of any length. A name that was misspelt stays, it helps. */
export const withoutLongNames = (text: string): string => text.replace(longName, '…');
