import {
  coerceInputValue,
  getNamedType,
  getNullableType,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  separateOperations,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { wholeNumberSentence } from '../management/input-limits.js';
import { badInput, ManagementError } from '../model/management-error.js';
import { overlongList } from './list-lengths.js';
import { withoutLongNames } from './long-names.js';
import { numberRanges } from './number-ranges.js';
import type { SelectedFrom } from './selected-fields.js';

/** So many errors of one operation are told. */
export const errorLimit = 10;

/**
 * What is wrong with the variables of an operation, as the refusals that a literal in their place would get: a sentence that says what fits
 * and never what was given, and the field as the use cases call it.
 */
export const variableErrors = (
  { schema, document, operation }: SelectedFrom,
  variables: Readonly<Record<string, unknown>>,
): readonly ManagementError[] => {
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return [];
  // Other operations may use the same names otherwise.
  const own = separateOperations(document)[operation.name?.value ?? ''] ?? document;
  const uses = placesOf(schema, own).variables;
  const errors: ManagementError[] = [];
  for (const definition of definitions) {
    const places = uses.get(definition.variable.name.value) ?? [];
    errors.push(...errorsOf({ schema, definition, variables, places }));
    if (errors.length >= errorLimit) break; // what follows may be dear to look at
  }
  return errors.slice(0, errorLimit);
};

/** The same for literals: what graphql says of a value in the text, by the node that it says it of. */
export const literalRefusal = (
  schema: GraphQLSchema,
  document: DocumentNode,
): ((error: GraphQLError) => ManagementError | undefined) => {
  const places = placesOf(schema, document).values;
  return (error) => {
    const place = error.nodes?.map((node) => places.get(node)).find((found) => found !== undefined);
    return place === undefined ? undefined : refusal(place, error);
  };
};

interface Place {
  /** Argument and input fields, `period.from`. */
  readonly path: readonly string[];
  /** Of an input field that there is not, the object's. */
  readonly type: GraphQLInputType | undefined;
}

interface Variable {
  readonly schema: GraphQLSchema;
  readonly definition: VariableDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Where it is used. */
  readonly places: readonly Place[];
}

const errorsOf = ({ schema, definition, variables, places }: Variable): readonly ManagementError[] => {
  const name = definition.variable.name.value;
  const declared = typeFromAST(schema, definition.type);
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const { defaultValue } = definition;
  if (value === undefined && (defaultValue !== undefined || !isNonNullType(declared))) {
    return defaultValue?.kind === Kind.NULL ? errorsOfNull(places) : [];
  }
  if (!isInputType(declared)) return [];
  if (value === null && !isNonNullType(declared)) return errorsOfNull(places);
  return errorsIn(value, declared, places[0]?.path ?? [name]);
};

/** Where the place has a default value a variable may be left out, and graphql lets it be null: but the place does not. */
const errorsOfNull = (places: readonly Place[]): readonly ManagementError[] =>
  places
    .filter(({ type }) => isNonNullType(type))
    .map(({ path, type }) => badInput(fieldName(path), expected(type, path)));

const errorsIn = (value: unknown, type: GraphQLInputType, base: readonly string[]): readonly ManagementError[] => {
  const overlong = overlongList(value, type, base);
  if (overlong !== undefined) return [badInput(fieldName(overlong.path), overlong.sentence)];
  const errors: ManagementError[] = [];
  try {
    coerceInputValue(
      value,
      type,
      (path, _invalidValue, error) => {
        errors.push(refusal({ path: [...base, ...path.map(String)], type: typeAt(type, path) }, error));
        if (errors.length === errorLimit) throw enough; // a long list would go on for seconds
      },
      true,
    );
  } catch (error) {
    if (error !== enough) throw error;
  }
  return errors;
};

const enough = new Error('So many errors are told.');

const typeAt = (type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType | undefined => {
  let at: GraphQLInputType | undefined = type;
  for (const step of path) {
    const inner: GraphQLInputType | null | undefined = at === undefined ? undefined : getNullableType(at);
    if (isListType(inner)) at = inner.ofType;
    if (isInputObjectType(inner)) at = inner.getFields()[step]?.type;
  }
  return at;
};

/** Where the text gives values, and where it uses variables. */
const placesOf = (schema: GraphQLSchema, document: DocumentNode) => {
  const values = new Map<ASTNode, Place>();
  const variables = new Map<string, Place[]>();
  const path: string[] = [];
  const typeInfo = new TypeInfo(schema);
  const enter = (node: ASTNode, _key: unknown, parent: unknown): void => {
    const step = stepOf(node);
    if (step !== undefined) path.push(step);
    const place = { path: [...path], type: typeInfo.getInputType() ?? typeInfo.getParentInputType() ?? undefined };
    if (valueKinds.has(node.kind)) values.set(node, place);
    if (node.kind === Kind.VARIABLE && !isDefinition(parent)) {
      variables.set(node.name.value, [...(variables.get(node.name.value) ?? []), place]);
    }
  };
  const leave = (node: ASTNode): void => {
    if (stepOf(node) !== undefined) path.pop();
  };
  visit(document, visitWithTypeInfo(typeInfo, { enter, leave }));
  return { values, variables };
};

const valueKinds: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

const stepOf = (node: ASTNode): string | undefined => {
  if (node.kind === Kind.VARIABLE_DEFINITION) return node.variable.name.value;
  return node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD ? node.name.value : undefined;
};

const isDefinition = (parent: unknown): boolean =>
  typeof parent === 'object' && parent !== null && 'kind' in parent && parent.kind === Kind.VARIABLE_DEFINITION;

const refusal = (place: Place, error: GraphQLError): ManagementError => {
  const named = namedField(error.message, place.type);
  const field = fieldName(
    named === undefined || place.path.at(-1) === named.field ? place.path : [...place.path, named.field],
  );
  if (error.originalError instanceof ManagementError) return badInput(field, error.originalError.message);
  if (named !== undefined) return badInput(field, named.sentence);
  return badInput(field, expected(place.type, place.path));
};

/** graphql speaks of the object where a field is missing or unknown. */
const namedField = (
  message: string,
  type: GraphQLInputType | undefined,
): { readonly field: string; readonly sentence: string } | undefined => {
  const missing = /^Field "(?:\w+\.)?(\w+)" of required type/.exec(message)?.[1];
  if (missing !== undefined) return { field: missing, sentence: 'This field is required.' };
  const [, unknown, owner] = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(message) ?? [];
  return unknown === undefined ? undefined : { field: unknown, sentence: noSuchField(type, owner) };
};

const noSuchField = (type: GraphQLInputType | undefined, owner: string | undefined): string => {
  const named = type === undefined ? undefined : getNamedType(type);
  if (!isInputObjectType(named) || named.name !== owner) return 'There is no such field in this input.';
  return `There is no such field in ${owner}; it has ${Object.keys(named.getFields()).join(', ')}.`;
};

/** Use cases do not know that their input is called `input`. */
const fieldName = (path: readonly string[]): string =>
  withoutLongNames((path[0] === 'input' && path.length > 1 ? path.slice(1) : path).join('.'));

const sentences: Readonly<Record<string, string>> = {
  String: 'Give a string.',
  ID: 'Give an id, a string.',
  Boolean: 'Give true or false.',
  Int: 'Give a whole number.',
  Float: 'Give a number.',
};

const expected = (type: GraphQLInputType | undefined, path: readonly string[]): string => {
  if (type === undefined) return 'This value does not fit.';
  if (isListType(getNullableType(type))) return 'Give a list of values that fit, or one such value.';
  const named = getNamedType(type);
  if (isEnumType(named))
    return `Give one of ${named
      .getValues()
      .map(({ name }) => name)
      .join(', ')}.`;
  if (isInputObjectType(named)) return `Give an object of the type ${named.name}.`;
  const range = named === GraphQLInt ? numberRanges.get(path.at(-1) ?? '') : undefined;
  if (range !== undefined) return wholeNumberSentence(range);
  return sentences[named.name] ?? `Give a value of the type ${named.name}.`;
};
