import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** The handler of a listener that is open before it is known who answers: until then requests wait. */
export interface FrontDoor {
  readonly handle: RequestListener;
  /** From now on this one answers, first those that waited. */
  serveWith(handler: RequestListener): void;
}

export const frontDoor = (): FrontDoor => {
  let current: RequestListener | undefined;
  const waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  return {
    handle: (request, response) => {
      if (current === undefined) waiting.push([request, response]);
      else current(request, response);
    },
    serveWith: (handler) => {
      current = handler;
      for (const [request, response] of waiting.splice(0)) handler(request, response);
    },
  };
};
