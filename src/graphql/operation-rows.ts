import { ManagementError } from '../model/management-error.js';

/** What one row of a list counts, beside a row of figures, which counts 1: an object has others below it. */
export const objectWeight = 10;

/** Ten thousand objects, or ten times as many rows of figures. */
const limit = 100_000;

export const mostObjects = limit / objectWeight;

/** Characters of texts that were read for pages or are answered: ten times what pages of a hundred usually hold. */
const mostCharacters = 4_000_000;

export interface RowNotes {
  /** Notes rows that a list of an operation is about to hold. @throws ManagementError QUERY_TOO_COMPLEX */
  readonly noteRows: (count: number, weight: number) => void;
  /** Notes the texts in what was read or is about to be answered. @throws ManagementError QUERY_TOO_COMPLEX */
  readonly noteTexts: (value: unknown) => void;
}

/**
 * All rows of one operation. The cost of its text (`operation-limits`) cannot know how many registrations a user has, or how much an audit event
 * has to tell: a hundred, nested three times, are a million, and filled the memory.
 */
export const operationRows = (): RowNotes => {
  const noted = { weight: 0, characters: 0 };
  return {
    noteRows: (count, weight) => {
      noted.weight += count * weight;
      if (noted.weight > limit) throw tooManyRows();
    },
    noteTexts: (value) => {
      noted.characters += charactersIn(value);
      if (noted.characters > mostCharacters) throw tooLongTexts();
    },
  };
};

const charactersIn = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + charactersIn(member), 0);
};

export const tooManyRows = (): ManagementError =>
  new ManagementError(
    'QUERY_TOO_COMPLEX',
    `There would be more than ${mostObjects} objects in this answer: ask for fewer users or items, or leave out a nested list.`,
  );

const tooLongTexts = (): ManagementError =>
  new ManagementError(
    'QUERY_TOO_COMPLEX',
    `The texts of this answer would be longer than ${mostCharacters} characters: ask for fewer items, or leave out long fields.`,
  );
