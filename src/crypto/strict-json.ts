/** A JSON object as it came from outside. Read members by `Object.hasOwn` or by name; it may hold `__proto__`. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a JSON object (RFC 8259) and refuses what leaves room for two readings: repeated members at any depth (RFC 7515 §4, RFC 7519 §4).
 * Undefined for anything that is not one object.
 */
export const parseStrictObject = (text: string): JsonObject | undefined => {
  const value = parsed(text);
  if (!isJsonObject(value)) return undefined;
  return writtenMembers(text) === heldMembers(value) ? value : undefined;
};

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** In valid JSON a string in front of a colon is a member's name, and nothing else is. */
const writtenMembers = (text: string): number => {
  let members = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) members += 1;
  return members;
};

/** A repeated member is held once, so that fewer are held than were written. By a list: a text can be nested deeper than calls can. */
const heldMembers = (root: JsonObject): number => {
  let members = 0;
  const found: unknown[] = [root];
  for (const value of found) {
    if (typeof value !== 'object' || value === null) continue;
    const inside: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) members += inside.length;
    for (const each of inside) found.push(each);
  }
  return members;
};
