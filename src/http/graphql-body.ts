import type { GraphqlRequest } from '../graphql/operation-runner.js';

/** What a request was that is no well-formed GraphQL request: a sentence for whoever sent it. */
export interface Malformed {
  readonly message: string;
  /** What is no JSON at all is 400 in every media type (GraphQL over HTTP §6.4.1). */
  readonly status?: 400;
}

/**
 * The parameters of a request's JSON body (GraphQL over HTTP §5.1). Unknown parameters are passed over; a list of requests is
 * refused, because its limits would hold for each of them alone.
 */
export const graphqlRequestIn = (body: Buffer): GraphqlRequest | Malformed => {
  const parameters = jsonIn(body);
  if (parameters === undefined) return { message: `Send JSON in UTF-8, ${example}.`, status: 400 };
  if (Array.isArray(parameters)) return { message: 'Send one operation at a time.' };
  if (!isRecord(parameters)) return { message: `Send a JSON object with the member query, ${example}.` };
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== 'string' || isBlank(query)) {
    return { message: `Give the document as a string in query, ${example}.` };
  }
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    return { message: 'Give operationName as a string, or leave it out.' };
  }
  if (!isAbsent(variables) && !isRecord(variables)) return { message: 'Give variables as an object, or leave it out.' };
  if (!isAbsent(extensions) && !isRecord(extensions)) {
    return { message: 'Give extensions as an object, or leave it out.' };
  }
  return {
    query,
    variables: variables ?? {},
    ...(typeof operationName === 'string' ? { operationName } : {}),
  };
};

const example = 'like {"query":"{ viewer { clientId } }"}';

/**
 * What GraphQL passes over, and nothing else (GraphQL §2.1.7). In two steps: one pattern for both could share out a line of `#` among comments
 * in 2^n ways, and would try them all.
 */
const isBlank = (query: string): boolean => !/[^\s,\uFEFF]/.test(query.replace(/#[^\n\r]*/g, ''));

const jsonIn = (body: Buffer): unknown => {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined; // neither UTF-8 nor JSON
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
