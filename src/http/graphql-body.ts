import type { GraphqlRequest } from '../graphql/graphql-service.js';

/** What a request was that is no well-formed GraphQL request: a sentence for whoever sent it. */
export interface Malformed {
  readonly malformed: string;
}

/**
 * The parameters of a request's JSON body (GraphQL over HTTP §5.1). Unknown parameters are passed over; a list of requests is
 * refused, because its limits would hold for each of them alone.
 */
export const graphqlRequestIn = (body: Buffer): GraphqlRequest | Malformed => {
  const parameters = jsonIn(body);
  if (Array.isArray(parameters)) return { malformed: 'Send one operation at a time.' };
  if (!isRecord(parameters)) return { malformed: 'Send a JSON object with the member query, in UTF-8.' };
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== 'string') return { malformed: 'Give the document as a string in query.' };
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    return { malformed: 'Give operationName as a string, or leave it out.' };
  }
  if (!isAbsent(variables) && !isRecord(variables))
    return { malformed: 'Give variables as an object, or leave it out.' };
  if (!isAbsent(extensions) && !isRecord(extensions)) {
    return { malformed: 'Give extensions as an object, or leave it out.' };
  }
  return {
    query,
    variables: variables ?? {},
    ...(typeof operationName === 'string' ? { operationName } : {}),
  };
};

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
