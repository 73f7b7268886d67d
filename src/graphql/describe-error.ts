import type { DocumentNode, GraphQLError, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { HashQueueFull } from '../crypto/password-hasher.js';
import { ManagementError, type ManagementErrorCode } from '../model/management-error.js';
import { StoreBusy, StoreUnavailable } from '../store/port/store.js';
import { literalRefusal } from './input-errors.js';
import { withoutLongNames } from './long-names.js';
import { selectionLimit, tokenLimit } from './operation-limits.js';

/** One error of an answer, but for its path and the request's id. */
export interface DescribedError {
  readonly message: string;
  readonly code: ManagementErrorCode | ApolloCode;
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  /** For the header WWW-Authenticate (RFC 6750 §3.1). */
  readonly neededScopes?: readonly string[];
  /** Nobody expected it: for the log, never for the answer. */
  readonly unexpected?: unknown;
}

/** Apollo's codes that stay what they are. */
const apolloCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
] as const;
type ApolloCode = (typeof apolloCodes)[number];

/**
 * What the errors of an operation are called in its answer. Nothing of the input but names, and nothing of the inside, gets there.
 * @param document undefined: it could not be parsed
 */
export const errorDescriber = (
  schema: GraphQLSchema,
  document: DocumentNode | undefined,
): ((error: GraphQLError) => DescribedError) => {
  let refusalOf: ReturnType<typeof literalRefusal> | undefined;
  return (error) => {
    const cause = error.originalError;
    if (cause !== undefined && error.path !== undefined) return describeCause(cause);
    if (document !== undefined) refusalOf ??= literalRefusal(schema, document);
    const refusal = refusalOf?.(error);
    if (refusal !== undefined) return describeCause(refusal);
    if (isCostly(error)) return { code: 'QUERY_TOO_COMPLEX', message: costlySentence };
    const code = apolloCodes.find((known) => known === error.extensions['code']);
    return code === undefined ? describeCause(cause ?? error) : { code, message: sentenceFor(code, error.message) };
  };
};

/** What a resolver, or what stands in front of an operation, threw. */
export const describeCause = (cause: unknown): DescribedError => {
  if (cause instanceof ManagementError) {
    const { code, message, field, neededScopes } = cause;
    const retryAfterSeconds = cause.retryAfterSeconds ?? (code === 'UNAVAILABLE' ? 1 : undefined);
    return {
      code,
      message,
      ...(field === undefined ? {} : { field }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(neededScopes === undefined ? {} : { neededScopes }),
    };
  }
  if (cause instanceof StoreBusy) return unavailable('The store does not answer in time: try again.', 1);
  if (cause instanceof StoreUnavailable) return unavailable('The server cannot reach its store: try again.', 1);
  if (cause instanceof HashQueueFull) {
    return unavailable('Too many passwords are waiting: try again.', cause.retryAfterSeconds);
  }
  return { code: 'INTERNAL', message: 'The server could not answer this; its log tells why.', unexpected: cause };
};

const unavailable = (message: string, retryAfterSeconds: number): DescribedError => ({
  code: 'UNAVAILABLE',
  message,
  retryAfterSeconds,
});

/** graphql-js and Apollo have no code for these. */
const isCostly = ({ message, extensions }: GraphQLError): boolean =>
  message.startsWith('Syntax Error: Document contains more') ||
  extensions['validationErrorCode'] === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED';

const costlySentence = `The document is too long, or its fragments stand for too much: at most ${tokenLimit} tokens, and ${selectionLimit} selections with the fragments in their places.`;

const sentenceFor = (code: ApolloCode, message: string): string =>
  code === 'OPERATION_RESOLUTION_FAILURE'
    ? 'Give in operationName the name of one operation of the document.'
    : withoutLongNames(withoutValues(message)).slice(0, lengthLimit);

const lengthLimit = 300;

/** A syntax error repeats the string or number that it met: somebody's password, if a quote is missing. */
const withoutValues = (message: string): string => message.replace(/(String|Int|Float) ".*"/su, '$1');

/** An error as it is answered; the request's id is put to it later. */
export const formattedError = (
  { code, message, field, retryAfterSeconds }: DescribedError,
  { path, locations }: Pick<GraphQLFormattedError, 'path' | 'locations'> = {},
): GraphQLFormattedError => ({
  message,
  ...(locations === undefined ? {} : { locations }),
  ...(path === undefined ? {} : { path }),
  extensions: {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  },
});
