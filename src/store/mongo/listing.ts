import type { Page, PageRequest } from '../../model/page.js';

export type Condition = Record<string, unknown>;

/** The condition that a filter field means, none when the field is absent. */
export const when = <T>(field: T | undefined, condition: (field: T) => Condition): readonly Condition[] =>
  field === undefined ? [] : [condition(field)];

/** Oldest first, of what is listed by its age. */
export const byAge = { createdAt: 1, _id: 1 } as const;

/** Strictly behind a position in a list ordered by an instant and a second field. */
export const behind = (
  { after }: PageRequest,
  [instant, second]: readonly [string, string],
  operator: '$gt' | '$lt',
): readonly Condition[] =>
  when(after, ({ at, id }) => ({
    $or: [{ [instant]: { [operator]: at } }, { [instant]: at, [second]: { [operator]: id } }],
  }));

export const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? {} : { $and: [...conditions] };

/** A page from one document more than was asked for. */
export const pageOf = <D, T>(documents: readonly D[], request: PageRequest, parse: (document: D) => T): Page<T> => ({
  items: documents.slice(0, request.first).map(parse),
  hasNextPage: documents.length > request.first,
});
