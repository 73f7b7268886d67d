import { randomUUID } from 'node:crypto';
import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../model/log.js';
import { errorBody } from '../oauth/endpoints/error-response.js';
import { jsonHeaders } from '../oauth/endpoints/json-headers.js';

/** An answer to what is no request that the app could see. */
export interface Refusal {
  readonly status: string;
  readonly description: string;
  readonly header?: string;
}

export const refusals = {
  malformed: { status: '400 Bad Request', description: 'This is not a well-formed HTTP/1.1 request (RFC 9112).' },
  plain: { status: '400 Bad Request', description: 'This port speaks TLS: begin the URL with https://.' },
  tooSlow: { status: '408 Request Timeout', description: 'The request did not arrive in time.' },
  headers: {
    status: '431 Request Header Fields Too Large',
    description: 'The URL and the headers are longer than 8 KiB together.',
  },
  method: {
    status: '405 Method Not Allowed',
    description: 'This server is no proxy.',
    header: 'Allow: GET, HEAD, POST',
  },
} satisfies Record<string, Refusal>;

export const refusalFor = (code: string | undefined): Refusal => {
  if (code === 'HPE_HEADER_OVERFLOW') return refusals.headers;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? refusals.tooSlow : refusals.malformed;
};

export interface RefusalParts {
  /** What `error_uri` begins with. */
  readonly issuer: string;
  readonly log: Log;
}

/** Refuses what came on a connection, once, and closes it: behind the answers to the requests before it, and never in the middle of one. */
export const refuseConnections = (parts: RefusalParts): ((socket: Duplex, refusal: Refusal) => void) => {
  const refused = new WeakSet<Duplex>();
  const refuse = (socket: Duplex, refusal: Refusal): void => {
    const current = currentResponse(socket);
    const isHalfWritten = current !== undefined && current.headersSent && !current.writableEnded;
    if (current?.req.complete === true) current.once('close', () => refuse(socket, refusal));
    else if (!socket.writable || isHalfWritten) socket.destroy();
    else endWith(socket, answerTo(refusal, parts));
  };
  return (socket, refusal) => {
    if (refused.has(socket)) return; // Node's parser tells of one error again with all that comes after it
    refused.add(socket);
    refuse(socket, refusal);
  };
};

/** The response that a connection is at. Node's own `clientError` looks at the same property; noting each one costs every request. */
export const currentResponse = (socket: Duplex): ServerResponse | undefined =>
  '_httpMessage' in socket && socket._httpMessage instanceof ServerResponse ? socket._httpMessage : undefined;

const answerTo = ({ status, description, header }: Refusal, { issuer, log }: RefusalParts): string => {
  const requestId = randomUUID();
  log.debug({ requestId, status: Number.parseInt(status) }, 'connection_refused');
  const body = errorBody({ code: 'invalid_request', description }, { issuer, requestId });
  const lines = [
    `HTTP/1.1 ${status}`,
    ...Object.entries(jsonHeaders).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...(header === undefined ? [] : [header]),
    'Connection: close',
  ];
  return [...lines, '', body].join('\r\n');
};

/** Lets an answer arrive and closes. */
const endWith = (socket: Duplex, answer: string): void => {
  socket.on('error', () => socket.destroy());
  socket.end(answer);
  const patience = setTimeout(() => socket.destroy(), 1000);
  socket.once('close', () => clearTimeout(patience));
};
