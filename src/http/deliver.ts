import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointResponse } from '../oauth/endpoints/endpoint.js';
import { bodyIsPending, endAfterRest } from './linger.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Of an answer without a body, 304 would speak of the length of what is not sent (RFC 9110 §8.6). */
const withoutLength: ReadonlySet<number> = new Set([204, 304]);

/** Writes a whole answer at once: its own headers (names in lower case) and those that every answer has. */
export const deliver = (
  { request, response }: Exchange,
  answer: EndpointResponse,
  more: Readonly<Record<string, string>>,
): void => {
  const headers: Record<string, string | number> = { ...answer.headers, ...more };
  const { body } = answer;
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  else if (!withoutLength.has(answer.status)) headers['content-length'] = 0;
  if (answer.status === 413) headers['connection'] = 'close'; // whoever sends that much may send more (RFC 9110 §15.5.14)
  if (!bodyIsPending(request)) {
    response.writeHead(answer.status, headers);
    response.end(body);
    return;
  }
  headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  if (body === undefined || request.method === 'HEAD') response.flushHeaders();
  else response.write(body);
  endAfterRest(request, response);
};
