import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { EndpointResponse, Signpost } from '../oauth/endpoints/endpoint.js';
import type { ErrorContext } from '../oauth/endpoints/error-response.js';

/** One path of the listener. A method that is not in the table is answered with 405 and `Allow`. */
export interface Route {
  readonly path: string;
  /** Undefined has to be said: the page at `/` does not name it. */
  readonly signpost: Signpost | undefined;
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', (context: Context) => Promise<void>>>>;
  /** What a method threw, and a wrong method, as the protocol of this path tells it. Absent: as the OAuth endpoints do. */
  readonly refusal?: (error: unknown, context: ErrorContext, request: IncomingMessage) => EndpointResponse;
}
