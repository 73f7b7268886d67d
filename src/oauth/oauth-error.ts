/** Error codes of the OAuth endpoints with their status: RFC 6749 §5.2, RFC 6750 §3.1; the last three are HTTP's, and answers to load and faults. */
export const oauthErrorStatus = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  not_found: 404,
  temporarily_unavailable: 503,
  server_error: 500,
} as const;

export type OAuthErrorCode = keyof typeof oauthErrorStatus;

/** A refusal in the protocol's words. `description` is a constant ASCII sentence; `detail` is for the log and holds no secret. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  /** Where it differs from the table: 405, 413, 415. */
  readonly status: number;
  readonly detail: string | undefined;
  /** For the log: the client whose authentication failed, where there is one. */
  readonly claimedClientId: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: OAuthErrorCode,
    description: string,
    more: {
      status?: number;
      detail?: string;
      claimedClientId?: string | undefined;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(description, { cause: more.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.status = more.status ?? oauthErrorStatus[code];
    this.detail = more.detail;
    this.claimedClientId = more.claimedClientId;
    this.headers = more.headers ?? {};
  }
}

/** What load or a fault refuses, not the request: 503 with `Retry-After` (RFC 9110 §10.2.3). */
export const tryAgain = (what: string, seconds: number, more: { readonly detail?: string } = {}): OAuthError =>
  new OAuthError('temporarily_unavailable', `${what} Try again after the seconds in Retry-After.`, {
    ...more,
    headers: { 'retry-after': String(seconds) },
  });
