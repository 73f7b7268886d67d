import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { OperationContext } from './operation-context.js';

/** Type → its fields that can hold thousands of characters. */
const longTexts: ReadonlyMap<string, readonly string[]> = new Map([
  ['Application', ['description', 'labels']],
  ['KeySet', ['scopes', 'defaultScopes', 'audience', 'redirectUris', 'jwks']],
  ['Grant', ['scopes']],
  ['AuditEvent', ['changes']],
]);

/**
 * Notes what such a field answers with: the same object can stand in many places of an answer, and is read only once.
 * @throws Error naming a field that the schema does not have
 */
export const noteLongTexts = (schema: GraphQLSchema): void => {
  for (const [typeName, fieldNames] of longTexts) {
    const type = schema.getType(typeName);
    const fields = isObjectType(type) ? type.getFields() : {};
    for (const name of fieldNames) {
      const field = fields[name];
      if (field === undefined) throw new Error(`src/graphql/long-texts.ts: not in the schema: ${typeName}.${name}`);
      field.resolve = noted(field.resolve ?? defaultFieldResolver);
    }
  }
};

type Resolve = GraphQLFieldResolver<unknown, OperationContext, Readonly<Record<string, unknown>>>;

const noted =
  (resolve: Resolve): Resolve =>
  async (source, args, context, info) => {
    const value: unknown = await resolve(source, args, context, info);
    context.noteTexts(value);
    return value;
  };
