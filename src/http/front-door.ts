import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { requestTarget } from './request-target.js';

/** The handler of a listener that is open before it is known who answers: until then requests wait. */
export interface FrontDoor {
  readonly handle: RequestListener;
  /** Until it is known, this one answers what is at these paths: nobody waits there. */
  serveAtOnce(paths: Iterable<string>, handler: RequestListener): void;
  /** From now on this one answers, first those that waited. */
  serveWith(handler: RequestListener): void;
}

export const frontDoor = (): FrontDoor => {
  const waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  let current: RequestListener = (request, response) => void waiting.push([request, response]);
  const serveWith = (handler: RequestListener): void => {
    current = handler;
    for (const [request, response] of waiting.splice(0)) handler(request, response);
  };
  return {
    handle: (request, response) => current(request, response),
    serveAtOnce: (paths, handler) => {
      const atOnce = new Set(paths);
      serveWith((request, response) => {
        if (atOnce.has(requestTarget(request.url ?? '/').path)) handler(request, response);
        else waiting.push([request, response]);
      });
    },
    serveWith,
  };
};
