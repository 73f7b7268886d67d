import { getNullableType, isInputObjectType, isListType, type GraphQLInputType } from 'graphql';
import { rowsPerCall } from '../statistics/import-registrations.js';

interface Overlong {
  readonly path: readonly string[];
  readonly sentence: string;
}

/** How many items a list can have that comes in a body longer than others, by the name of its input field. */
const lists: ReadonlyMap<string, { readonly max: number; readonly sentence: string }> = new Map([
  ['rows', rowsPerCall],
]);

/** A list that is too long, found without a look at its items, which would take a tenth of a second. */
export const overlongList = (value: unknown, type: GraphQLInputType, path: readonly string[]): Overlong | undefined => {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    const list = lists.get(path.at(-1) ?? '');
    return list !== undefined && Array.isArray(value) && value.length > list.max
      ? { path, sentence: list.sentence }
      : undefined;
  }
  if (!isInputObjectType(inner) || typeof value !== 'object' || value === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(value));
  for (const { name, type: fieldType } of Object.values(inner.getFields())) {
    const found = overlongList(given.get(name), fieldType, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
};
