import type { IncomingMessage } from 'node:http';

/** What a route needs to know of its request beside path and body. */
export interface RequestFacts {
  /** Also in the answer's `X-Request-Id`. */
  readonly requestId: string;
  /** Every `Authorization` header as sent: in `headers` they are one. */
  readonly authorization: readonly string[];
  /** Without the `?`; empty when there is none. */
  readonly query: string;
  /** The client's address, behind trusted proxies the one that they name; undefined when it has gone. */
  readonly remoteAddress: string | undefined;
}

const known = new WeakMap<IncomingMessage, RequestFacts>();

export const rememberFacts = (request: IncomingMessage, facts: RequestFacts): void => {
  known.set(request, facts);
};

/** The facts of a request that `createApp` routed, for `authenticateBearer` and the like. */
export const factsOf = (request: IncomingMessage): RequestFacts => {
  const facts = known.get(request);
  if (facts === undefined) throw new Error('This request did not come through createApp.');
  return facts;
};

/** Every one of them that says something, in the order of the message (RFC 9110 §11.6.2 allows one): an empty one holds no credentials. */
export const authorizationHeaders = ({ rawHeaders, headers }: IncomingMessage): readonly string[] => {
  if (headers.authorization === undefined) return [];
  const found: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1];
    if (value && rawHeaders[index]?.toLowerCase() === 'authorization') found.push(value);
  }
  return found;
};
