/** The error codes of the management API; Apollo's own stand beside them. */
export const managementErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'BAD_USER_INPUT',
  'RATE_LIMITED',
  'QUERY_TOO_COMPLEX',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ManagementErrorCode = (typeof managementErrorCodes)[number];

/** A refusal that the caller can act on. `message` is a constant sentence: what was wrong and what would be right, never the input. */
export class ManagementError extends Error {
  readonly code: ManagementErrorCode;
  /** The input field, as a path like `labels.0.key`. */
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Of FORBIDDEN: with these scopes it would have been allowed. */
  readonly neededScopes: readonly string[] | undefined;

  constructor(
    code: ManagementErrorCode,
    message: string,
    more: { field?: string; retryAfterSeconds?: number; neededScopes?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ManagementError';
    this.code = code;
    this.field = more.field;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.neededScopes = more.neededScopes;
  }
}

export const badInput = (field: string, message: string): ManagementError =>
  new ManagementError('BAD_USER_INPUT', message, { field });

export const notFound = (what: string): ManagementError =>
  new ManagementError('NOT_FOUND', `There is no such ${what}.`);
