import { sha256 } from '../../crypto/random-token.js';
import type { EndpointRequest, EndpointResponse } from './endpoint.js';

export interface PublicDocument {
  readonly contentType: string;
  readonly maxAgeSeconds: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A document for everybody: may be kept for a while, and costs only a header to be asked for again (RFC 9110 §13.1.2). */
export const publicDocument = (
  request: EndpointRequest,
  { contentType, maxAgeSeconds, body, headers }: PublicDocument,
): EndpointResponse => {
  const etag = `"${sha256(body)}"`;
  const kept = { 'cache-control': `public, max-age=${maxAgeSeconds}`, etag, 'x-content-type-options': 'nosniff' };
  if (isKnown(etag, request.headers['if-none-match'])) return { status: 304, headers: kept };
  return { status: 200, headers: { ...kept, 'content-type': contentType, ...headers }, body };
};

/** Weak comparison, as RFC 9110 §13.1.2 has it for If-None-Match. */
const isKnown = (etag: string, condition: EndpointRequest['headers'][string]): boolean => {
  if (condition === undefined) return false;
  const tags = String(condition).split(',');
  return tags.some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
};
