import { OAuthError } from '../oauth-error.js';

/** What the delivery refuses before an endpoint sees the request, in the words of RFC 6749 §5.2. The sentence names the methods too: client libraries show no headers. */
export const methodNotAllowed = (allow: string): OAuthError =>
  new OAuthError('invalid_request', `Send ${allow.replaceAll(', ', ' or ')}: this endpoint takes no other method.`, {
    status: 405,
    headers: { allow },
  });

export const nothingHere = (): OAuthError => new OAuthError('not_found', 'There is nothing at this path.');

export const bodyTooLarge = (): OAuthError =>
  new OAuthError('invalid_request', 'The body is longer than 32 KiB.', { status: 413 });

/** No decompression: a few bytes could become any number of them. */
export const contentCoded = (): OAuthError =>
  new OAuthError('invalid_request', 'Send the body as it is, without Content-Encoding.', { status: 415 });

export const hostMissing = (): OAuthError =>
  new OAuthError('invalid_request', 'HTTP/1.1 requests need a Host header (RFC 9112 section 3.2).');

export const hostInvalid = (): OAuthError =>
  new OAuthError(
    'invalid_request',
    'Send one Host header: a name or address, and a port if need be (RFC 9110 section 7.2).',
  );

/** RFC 9112 §6.1 would have 501, but no answer to what a client sent is a fault of the server here. */
export const transferCoded = (): OAuthError =>
  new OAuthError('invalid_request', 'The only Transfer-Encoding is chunked, in HTTP/1.1 (RFC 9112 section 6.1).', {
    headers: { connection: 'close' }, // where such a message ends, others may see otherwise
  });
