/**
 * The name that was probably meant: the one with the fewest single-character changes, if they are at most a third of its
 * length. Capitals make no difference.
 */
export const nearestName = (given: string, names: Iterable<string>): string | undefined => {
  if (given.length > longestGiven) return undefined;
  let nearest: { readonly name: string; readonly changes: number } | undefined;
  for (const name of names) {
    const changes = changesBetween(given.toLowerCase(), name.toLowerCase());
    if (changes * 3 <= name.length && changes < (nearest?.changes ?? Infinity)) nearest = { name, changes };
  }
  return nearest?.name;
};

/** Nobody mistypes more than this, and the work grows with the length. */
const longestGiven = 100;

/** Levenshtein distance, one row at a time. */
const changesBetween = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, character] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (right[column - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
};
