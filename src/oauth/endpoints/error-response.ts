import { HashQueueFull } from '../../crypto/password-hasher.js';
import { StoreBusy, StoreUnavailable } from '../../store/port/store.js';
import { OAuthError, tryAgain, type OAuthErrorCode } from '../oauth-error.js';
import type { EndpointResponse } from './endpoint.js';
import { jsonHeaders } from './json-headers.js';

/** Where a refusal happened: what its answer points to. */
export interface ErrorContext {
  readonly issuer: string;
  readonly requestId: string;
}

/**
 * The answer to whatever an endpoint, or what stands in front of it, threw: an object of RFC 6749 §5.2 with `error_uri` and `request_id`.
 * A store that is away and a full hash queue are 503 with `Retry-After`; what nobody expected is a bare `server_error`.
 */
export const errorResponse = (error: unknown, context: ErrorContext): EndpointResponse => {
  const refusal = refusalOf(error);
  return {
    status: refusal.status,
    headers: { ...jsonHeaders, ...refusal.headers },
    body: errorBody({ code: refusal.code, description: refusal.message }, context),
  };
};

export interface ErrorBody {
  readonly code: OAuthErrorCode;
  readonly description: string;
  /** The argument that it is about. */
  readonly field?: string;
}

/** The object of RFC 6749 §5.2, as JSON: `error_uri` says where its code is explained. */
export const errorBody = ({ code, description, field }: ErrorBody, { issuer, requestId }: ErrorContext): string =>
  JSON.stringify({
    error: code,
    error_description: description,
    field, // left out where there is none
    error_uri: `${issuer}/errors#${code}`,
    request_id: requestId,
  });

/** Whatever was thrown, in the protocol's words. */
export const refusalOf = (error: unknown): OAuthError => {
  if (error instanceof OAuthError) return error;
  if (error instanceof HashQueueFull) return tryAgain('Too many passwords are being checked.', error.retryAfterSeconds);
  if (error instanceof StoreBusy) return tryAgain('The store does not answer in time.', 1);
  if (error instanceof StoreUnavailable) return tryAgain('The server cannot reach its store.', 1);
  return new OAuthError('server_error', 'The server could not answer this request.', { cause: error });
};
