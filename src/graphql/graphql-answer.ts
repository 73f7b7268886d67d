import type { FormattedExecutionResult } from 'graphql';
import type { ManagementErrorCode } from '../model/management-error.js';

/** An answer before it is known in which media type it goes out. */
export interface GraphqlAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly result: FormattedExecutionResult;
  /** What an error asks for whatever the media type is. */
  readonly status?: number;
}

/** Statuses that intermediaries and clients act upon; the first that an answer has an error for. */
const statuses: readonly (readonly [code: ManagementErrorCode, status: number])[] = [
  ['UNAVAILABLE', 503],
  ['RATE_LIMITED', 429],
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
];

/** The code of an error that has only a status: one that was refused before anything knew of GraphQL. */
export const codeOf = (status: number): string =>
  statuses.find(([, known]) => known === status)?.[0] ?? (status >= 500 ? 'INTERNAL' : 'BAD_REQUEST');

export const answerOf = (
  requestId: string,
  { errors, data }: FormattedExecutionResult,
  wwwAuthenticate?: string,
): GraphqlAnswer => {
  if (errors === undefined) return { headers: {}, result: { data: data ?? null } };
  const codes = errors.map(({ extensions }) => extensions?.['code']);
  const status =
    statuses.find(([code]) => codes.includes(code))?.[1] ??
    (codes.includes('INTERNAL') ? brokenStatus(data) : undefined);
  const seconds = errors.map(({ extensions }) => Number(extensions?.['retryAfterSeconds'] ?? 0));
  const retryAfter = Math.max(...seconds);
  return {
    headers: {
      ...(wwwAuthenticate === undefined ? {} : { 'www-authenticate': wwwAuthenticate }),
      ...(retryAfter > 0 ? { 'retry-after': String(retryAfter) } : {}),
    },
    result: {
      errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } })),
      ...(data === undefined ? {} : { data }),
    },
    ...(status === undefined ? {} : { status }),
  };
};

/** What could be answered in part is an answer. */
const brokenStatus = (data: FormattedExecutionResult['data']): number | undefined =>
  data === undefined || data === null ? 500 : undefined;
