import { ManagementError } from '../model/management-error.js';

/** What one row of a list counts, beside a row of figures, which counts 1: an object has others below it. */
export const objectWeight = 10;

/** Ten thousand objects, or ten times as many rows of figures. */
const limit = 100_000;

export const mostObjects = limit / objectWeight;

/** Notes rows that a list of an operation is about to hold. @throws ManagementError QUERY_TOO_COMPLEX */
export type NoteRows = (count: number, weight: number) => void;

/**
 * All rows of one operation. The cost of its text (`operation-limits`) cannot know how many registrations a user has: a hundred, nested
 * three times, are a million, and filled the memory.
 */
export const operationRows = (): NoteRows => {
  let noted = 0;
  return (count, weight) => {
    noted += count * weight;
    if (noted > limit) throw tooManyRows();
  };
};

export const tooManyRows = (): ManagementError =>
  new ManagementError(
    'QUERY_TOO_COMPLEX',
    `There would be more than ${mostObjects} objects in this answer: ask for fewer users or items, or leave out a nested list.`,
  );
