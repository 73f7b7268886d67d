/**
 * One text for all inputs that mean the same: keys in code unit order, and neither `undefined` nor `null` members, because leaving a
 * field out of a create is what null says as well.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify({ value: ordered(value) });

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  // Pairs, not an object: a key like `__proto__` stays what it is.
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => [key, ordered(member)]);
  return { members };
};
