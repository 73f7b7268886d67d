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
export const deliver = ({ request, response }: Exchange, answer: EndpointResponse, more: Headers): void => {
  const { status, body } = answer;
  const isPending = bodyIsPending(request);
  const headers = linesOf(answer.headers, more);
  if (body !== undefined || !withoutLength.has(status)) {
    headers.push('content-length', `${Buffer.byteLength(body ?? '')}`);
  }
  // Whoever sends too much may send more (RFC 9110 §15.5.14).
  const ends = answer.headers['connection'] ?? more['connection'];
  if ((status === 413 || isPending) && ends === undefined) headers.push('connection', 'close');
  response.writeHead(status, headers);
  if (!isPending) {
    response.end(body);
    return;
  }
  if (body === undefined || request.method === 'HEAD') response.flushHeaders();
  else response.write(body);
  endAfterRest(request, response);
};

type Headers = Readonly<Record<string, string>>;

/** Names and values in turn, which Node writes as they are: an object of changing members costs more than all that is done with it. */
const linesOf = (own: Headers, more: Headers): string[] => {
  const lines: string[] = [];
  for (const name of Object.keys(own)) if (more[name] === undefined) lines.push(name, own[name] ?? '');
  for (const name of Object.keys(more)) lines.push(name, more[name] ?? '');
  return lines;
};
