import { isInterfaceType, isIntrospectionType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { coveredTypes, isMet, needOf, type Need } from './field-scopes.js';
import { filterNeedOf } from './filter-scopes.js';

/** `Needs the scope users:read.`; in words of the schema. */
export const needSentence = (need: Need): string => {
  const [first = [], ...others] = need;
  if (others.length > 0) return `Needs one of the scopes ${listed(need.flat(), 'or')}.`;
  if (first.length === 0) return 'Every management token will do.';
  return `Needs the ${first.length === 1 ? 'scope' : 'scopes'} ${listed(first, 'and')}.`;
};

const listed = (scopes: readonly string[], last: 'and' | 'or'): string =>
  scopes.length < 2 ? scopes.join('') : `${scopes.slice(0, -1).join(', ')} ${last} ${scopes.at(-1) ?? ''}`;

/**
 * Tells each field's need in its description, and an argument's where its field is open to somebody who may not give it.
 * @throws Error naming the fields that the table does not cover, and what it covers that is not there
 */
export const describeNeeds = (schema: GraphQLSchema): void => {
  const uncovered: string[] = [];
  const seen = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if ((!isObjectType(type) && !isInterfaceType(type)) || isIntrospectionType(type)) continue;
    seen.add(type.name);
    for (const field of Object.values(type.getFields())) {
      const need = needOf(type.name, field.name);
      if (need === undefined) uncovered.push(`${type.name}.${field.name}`);
      else describeNeed(type.name, field, need);
    }
  }
  const left = coveredTypes.filter((name) => !seen.has(name));
  if (uncovered.length + left.length === 0) return;
  throw new Error(
    `src/graphql/field-scopes.ts: not covered: ${uncovered.join(', ')}; not in the schema: ${left.join(', ')}`,
  );
};

const describeNeed = (typeName: string, field: GraphQLField<unknown, unknown>, need: Need): void => {
  field.description = `${field.description ?? ''} ${needSentence(need)}`;
  for (const argument of field.args) {
    const own = filterNeedOf(typeName, field.name, argument.name);
    if (own === undefined || need.every((scopes) => isMet(own, new Set(scopes)))) continue;
    argument.description = `${argument.description ?? ''} ${needSentence(own)}`;
  }
};
