import { getNamedType, isLeafType, Kind, parse, visit, type DocumentNode } from 'graphql';
import { fieldExtensionsEstimator, getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { ManagementError } from '../model/management-error.js';
import { introspectionSize } from './introspection-size.js';
import { isMetaField, visitSelectedFields, type SelectedFrom } from './selected-fields.js';

/** Tokens of a document, counted before it is read any further. */
export const tokenLimit = 1000;
/** Selections of an operation with fragments in their places: a few lines of fragments can mean millions. */
export const selectionLimit = 2000;
const depthLimit = 8;
const rootFieldLimit = 10;
const aliasLimit = 10;
const directiveLimit = 10;
export const costLimit = 1000;
/** Of one value of introspection: the whole schema, as tools ask for it, is less than half of what an operation may cost. */
const introspectedCost = 0.06;

/** Fields of one name in a document: validation compares each of them with each. */
const repetitionLimit = 100;
/** In fewer characters there is no room for many. */
const harmlessLength = 1000;

/** Every place that an error names is counted from the beginning of the document, line by line, and one error may name hundreds. */
export const lineLimit = 2000;

/** Mutations that hash a password or show a secret: one of them in an operation. A test compares them with the names of the schema. */
export const sensitiveMutations: ReadonlySet<string> = new Set([
  'createUser',
  'setUserPassword',
  'generateKeys',
  'rotateClientSecret',
  'generateAccessToken',
]);

/**
 * What would hold up everybody while it is validated.
 * @throws ManagementError QUERY_TOO_COMPLEX
 */
export const checkText = (query: string): void => {
  if (query.length <= harmlessLength) return;
  if (hasMoreLines(query, lineLimit)) throw tooComplex(`Write at most ${lineLimit} lines.`);
  const counts = new Map<string, number>();
  visit(parsed(query), {
    Field: ({ alias, name }) => {
      const { value } = alias ?? name;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    },
  });
  if (Math.max(0, ...counts.values()) <= repetitionLimit) return;
  throw tooComplex(`Select at most ${repetitionLimit} fields of one name.`);
};

const hasMoreLines = (text: string, limit: number): boolean => text.split(/\r\n|[\n\r]/, limit + 1).length > limit;

/** What cannot be parsed is not validated either. */
const parsed = (query: string): DocumentNode => {
  try {
    return parse(query, { noLocation: true, maxLexicalTokens: tokenLimit });
  } catch {
    return { kind: Kind.DOCUMENT, definitions: [] };
  }
};

/**
 * What the text alone tells: nesting, root fields, aliases, directives, and whether it has more than one of `sensitiveMutations`.
 * @throws ManagementError QUERY_TOO_COMPLEX
 */
export const checkShape = (from: SelectedFrom): void => {
  const counted = { depth: 0, rootFields: 0, sensitive: 0 };
  visitSelectedFields(from, ({ node, path, typeName }) => {
    if (path.length === 1) counted.rootFields += 1;
    if (typeName === 'Mutation' && sensitiveMutations.has(node.name.value)) counted.sensitive += 1;
    if (node.selectionSet !== undefined && !isMetaField(node)) counted.depth = Math.max(counted.depth, path.length);
  });
  if (counted.depth > depthLimit) throw tooComplex(`Nest at most ${depthLimit} fields with selections.`);
  if (counted.rootFields > rootFieldLimit) throw tooComplex(`Select at most ${rootFieldLimit} fields at the root.`);
  if (counted.sensitive > 1) {
    throw tooComplex(`Give one of these mutations at a time: ${[...sensitiveMutations].join(', ')}.`);
  }
  const { aliases, directives } = countText(from.document);
  if (aliases > aliasLimit) throw tooComplex(`Give at most ${aliasLimit} aliases.`);
  if (directives > directiveLimit) throw tooComplex(`Give at most ${directiveLimit} directives.`);
};

/**
 * What the operation can cost with these variables (`pageCost`, `seriesCost` and the like in the fields).
 * @throws ManagementError QUERY_TOO_COMPLEX; GraphQLError for an argument that does not fit
 */
export const checkCost = (from: SelectedFrom, variables: Readonly<Record<string, unknown>>): void => {
  const { schema, document, operation } = from;
  const introspected = introspectedCost * introspectionSize(from, variables, costLimit / introspectedCost);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const selected = getComplexity({
    schema,
    query: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    variables,
    estimators: [fieldExtensionsEstimator(), ordinaryCost],
  });
  const cost = selected + introspected;
  if (cost <= costLimit) return;
  throw tooComplex(`This may cost ${Math.ceil(cost)} of ${costLimit}: ask for fewer items, buckets or nested lists.`);
};

/** An object costs 1, a value next to nothing. */
const ordinaryCost: ComplexityEstimator = ({ field, childComplexity }) =>
  isLeafType(getNamedType(field.type)) ? 0.05 : 1 + childComplexity;

const countText = (document: DocumentNode): { readonly aliases: number; readonly directives: number } => {
  const counted = { aliases: 0, directives: 0 };
  visit(document, {
    Field: ({ alias }) => {
      if (alias !== undefined) counted.aliases += 1;
    },
    Directive: () => {
      counted.directives += 1;
    },
  });
  return counted;
};

const tooComplex = (message: string): ManagementError => new ManagementError('QUERY_TOO_COMPLEX', message);
