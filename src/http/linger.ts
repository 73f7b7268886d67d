import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether there is more of the request's body, on its way or here already, than was read. */
export const bodyIsPending = (request: IncomingMessage): boolean =>
  (!request.complete || request.readableLength > 0) &&
  (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0);

const longestMillis = 3000;
const mostBytes = 16 * 1024 * 1024;

/**
 * Ends an answer that is written already and whose request is still being sent. A connection closed over unread bytes is reset, and a
 * reset throws away what the client has not read yet: the rest is read first, up to a bound (RFC 9112 §9.6).
 */
export const endAfterRest = (request: IncomingMessage, response: ServerResponse): void => {
  let read = 0;
  const end = (): void => {
    clearTimeout(patience);
    request.off('data', discard).off('end', end).off('close', end);
    response.end();
  };
  const discard = (chunk: Buffer): void => {
    read += chunk.length;
    if (read > mostBytes) end();
  };
  const patience = setTimeout(end, longestMillis);
  request.on('data', discard).on('end', end).on('close', end);
  request.resume();
};
