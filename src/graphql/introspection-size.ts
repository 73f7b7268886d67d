import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isWrappingType,
  Kind,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, type SelectedFrom } from './selected-fields.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * How many values introspection answers an operation with. Neither its cost nor its depth tells: a list inside of each item of a list multiplies.
 * Counted from the schema itself, whatever @skip and @include say; what is selected twice counts twice.
 * @param most where counting stops: it takes a part of the time that the answer would
 */
export const introspectionSize = (from: SelectedFrom, variables: Variables, most: number): number => {
  const fragments = fragmentsOf(from.document);
  let size = 0;
  const enter = (set: SelectionSetNode | undefined, of: unknown): void => {
    for (const selection of set?.selections ?? []) {
      if (size > most) return;
      if (selection.kind === Kind.FIELD) count(selection, of);
      else if (selection.kind === Kind.INLINE_FRAGMENT) enter(selection.selectionSet, of);
      else enter(fragments.get(selection.name.value)?.selectionSet, of);
    }
  };
  const count = (field: FieldNode, of: unknown): void => {
    size += of === root ? 0 : 1;
    if (field.selectionSet === undefined) return;
    const inner = of === root ? startsOf(from, field, variables) : valuesOf(from.schema, field.name.value, of);
    for (const value of inner) enter(field.selectionSet, value);
  };
  enter(from.operation.selectionSet, root);
  return size;
};

/** What root fields are selected on; those of the API itself lead nowhere from here. */
const root = Symbol('root');

const startsOf = (
  { schema, operation }: SelectedFrom,
  { name, arguments: args = [] }: FieldNode,
  variables: Variables,
): readonly unknown[] => {
  if (name.value === '__schema') return [schema];
  if (name.value !== '__type') return [];
  const given = args.map(({ value }) => valueFromASTUntyped(value, { ...defaultsOf(operation), ...variables }));
  return given.map((typeName) => schema.getType(String(typeName)));
};

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Variables =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );

/** What a field of introspection (GraphQL §4.2) holds, objects only. */
const valuesOf = (schema: GraphQLSchema, fieldName: string, of: unknown): readonly unknown[] => {
  switch (fieldName) {
    case 'types':
      return Object.values(schema.getTypeMap());
    case 'queryType':
      return [schema.getQueryType()];
    case 'mutationType':
      return [schema.getMutationType()];
    case 'directives':
      return schema.getDirectives();
    case 'possibleTypes':
      return isInterfaceType(of) ? schema.getPossibleTypes(of) : [];
    case 'args':
      return isObject(of) && 'args' in of && Array.isArray(of.args) ? of.args : [];
    case 'type':
      return isObject(of) && 'type' in of ? [of.type] : [];
    default:
      return partsOf(fieldName, of);
  }
};

const partsOf = (fieldName: string, of: unknown): readonly unknown[] => {
  if (isWrappingType(of)) return fieldName === 'ofType' ? [of.ofType] : [];
  if (isEnumType(of)) return fieldName === 'enumValues' ? of.getValues() : [];
  if (isInputObjectType(of)) return fieldName === 'inputFields' ? Object.values(of.getFields()) : [];
  if (!isObjectType(of) && !isInterfaceType(of)) return [];
  if (fieldName === 'interfaces') return of.getInterfaces();
  return fieldName === 'fields' ? Object.values(of.getFields()) : [];
};

const isObject = (of: unknown): of is object => typeof of === 'object' && of !== null;
