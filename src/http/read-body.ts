import type { IncomingMessage } from 'node:http';

/** The status that metrics and log have for a client that went away before it was answered, as NGINX has it. */
export const clientGone = 499;

/**
 * The whole body. `too_large` is known from Content-Length before anything is read, or once more than `limitBytes` have come; what
 * is left unread is the delivery's business: `linger` sees to it that the refusal still arrives. `aborted`: the client went away.
 */
export const readBody = (request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too_large' | 'aborted'> => {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve('too_large');
  if (request.destroyed) return Promise.resolve('aborted'); // it would say nothing any more, not even that it has ended
  if (request.complete && request.headers.expect === undefined) return Promise.resolve(whole(request, limitBytes));
  return collect(request, limitBytes);
};

/**
 * Of a body that has come already, as small ones have: nothing needs to be waited for. Not of one with `Expect`: reading it so tells nobody
 * to send 100 (Continue), and Node ends a connection on which that was expected and not sent.
 */
const whole = (request: IncomingMessage, limitBytes: number): Buffer | 'too_large' => {
  const body: unknown = request.read();
  if (!(body instanceof Buffer)) return noBody;
  return body.length > limitBytes ? 'too_large' : body;
};

export const noBody = Buffer.alloc(0);

const collect = (request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too_large' | 'aborted'> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (result: Buffer | 'too_large' | 'aborted'): void => {
      request.off('data', take).off('end', complete).off('close', goneAway);
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limitBytes) return;
      request.pause();
      finish('too_large');
    };
    const complete = (): void =>
      finish(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    const goneAway = (): void => finish('aborted');
    request.on('data', take).on('end', complete).on('close', goneAway);
  });
