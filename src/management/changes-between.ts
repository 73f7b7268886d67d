import { isDeepStrictEqual } from 'node:util';

/** Never shown, and not worth showing: what follows every change by itself. */
const leftOut: ReadonlySet<string> = new Set(['digest', 'passwordHash', 'version', 'updatedAt']);

/** Numbers that are instants: people read these events. */
const instants: ReadonlySet<string> = new Set(['createdAt', 'expiresAt', 'usableFrom']);

/**
 * What a mutation changed, as JSON for the audit event: `{ "keys.PRODUCTION.scopes": { "before": …, "after": … } }`. Digests and hashes are
 * left out wherever they stand; instants are written by RFC 3339. Undefined when nothing that may be shown differs. Fields of users belong here by name only.
 */
export const changesBetween = (before: object | undefined, after: object | undefined): string | undefined => {
  const changes = differences('', before, after);
  return changes.length === 0 ? undefined : JSON.stringify(Object.fromEntries(changes));
};

type Difference = readonly [path: string, values: { readonly before: unknown; readonly after: unknown }];

const differences = (path: string, before: unknown, after: unknown): readonly Difference[] => {
  if (isDeepStrictEqual(before, after)) return [];
  const left = membersOf(before);
  const right = membersOf(after);
  if (left === undefined || right === undefined) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return [[path, { before: shown(name, before), after: shown(name, after) }]];
  }
  const names = [...new Set([...left.keys(), ...right.keys()])].filter((name) => !leftOut.has(name));
  return names.flatMap((name) => differences(path === '' ? name : `${path}.${name}`, left.get(name), right.get(name)));
};

/** Of a record; the root of something that is made or deleted counts as an empty one. Lists are compared as wholes. */
const membersOf = (value: unknown): ReadonlyMap<string, unknown> | undefined => {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
};

const shown = (name: string, value: unknown): unknown => {
  if (typeof value === 'number' && instants.has(name)) return new Date(value).toISOString();
  if (Array.isArray(value)) return value.map((item) => shown(name, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([inner]) => !leftOut.has(inner))
      .map(([inner, member]) => [inner, shown(inner, member)]),
  );
};
