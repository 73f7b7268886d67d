/**
 * The name that was probably meant: the one with the fewest single-character changes, if they are at most a third of its
 * length. Capitals make no difference.
 */
export const nearestName = (given: string, names: Iterable<string>): string | undefined => {
  if (given.length > longestGiven) return undefined;
  const spelled = [...given.toLowerCase()];
  let nearest: { readonly name: string; readonly changes: number } | undefined;
  for (const name of names) {
    const limit = Math.min(Math.floor(name.length / 3), (nearest?.changes ?? Infinity) - 1);
    const changes = changesBetween(spelled, name.toLowerCase(), limit);
    if (changes !== undefined) nearest = { name, changes };
  }
  return nearest?.name;
};

/** Nobody mistypes more than this. */
const longestGiven = 100;

/** Levenshtein distance, one row at a time; undefined as soon as it is known to be more than `limit`. */
const changesBetween = (left: readonly string[], right: string, limit: number): number | undefined => {
  if (Math.abs(left.length - right.length) > limit) return undefined;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, character] of left.entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (right[column - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
    if (Math.min(...row) > limit) return undefined;
  }
  const changes = row[right.length] ?? 0;
  return changes > limit ? undefined : changes;
};
