import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../oauth/endpoints/endpoint.js';
import { bodyTooLarge, contentCoded, methodNotAllowed } from '../oauth/endpoints/request-refusals.js';
import { isUncoded } from './content-coding.js';
import { corsHeaders } from './cors.js';
import { deliver } from './deliver.js';
import { clientGone, noBody, readBody } from './read-body.js';
import type { RequestFacts } from './request-facts.js';
import { everywhere, refusalAnswer, type Site, type SiteParts } from './site.js';

const bodyLimitBytes = 32 * 1024;

/** Delivers an endpoint over HTTP: which methods and bodies reach it, and what browsers of other origins may read. */
export const endpointSite = (parts: SiteParts, endpoint: Endpoint): Site => {
  const answerOf = answerer(endpoint);
  const send = sender(parts, endpoint);
  return {
    label: endpoint.paths[0] ?? '/',
    serve: async (context, facts) => {
      context.respond = false;
      let answer: EndpointResponse | undefined;
      try {
        answer = await answerOf(context, facts);
      } catch (error) {
        answer = refusalAnswer(parts, error, facts);
      }
      if (answer === undefined || context.res.destroyed) context.res.statusCode = clientGone;
      else await send(context, facts, answer);
    },
    refuse: async (context, facts, error) => {
      context.respond = false;
      await send(context, facts, refusalAnswer(parts, error, facts));
    },
  };
};

/** Undefined: the client is gone. */
type Answerer = (context: Context, facts: RequestFacts) => Promise<EndpointResponse | undefined>;

const answerer = (endpoint: Endpoint): Answerer => {
  const allow = endpoint.method === 'GET' ? 'GET, HEAD' : 'POST';
  return async (context, facts) => {
    const request = context.req;
    const { method } = request;
    if (method === 'OPTIONS')
      return { status: 204, headers: { allow, 'cache-control': 'no-store', pragma: 'no-cache' } };
    if (method !== endpoint.method && !(method === 'HEAD' && endpoint.method === 'GET')) throw methodNotAllowed(allow);
    const body = method === 'POST' ? await bodyOf(request) : noBody;
    if (body === 'too_large') throw bodyTooLarge();
    // Awaited: a promise that is returned as it is takes two turns more.
    return body === 'aborted' ? undefined : await endpoint.handle(endpointRequest(context, facts, body));
  };
};

/** At once where no store is asked. */
type Sender = (context: Context, facts: RequestFacts, answer: EndpointResponse) => Promise<void> | undefined;

const sender = (parts: SiteParts, endpoint: Endpoint): Sender => {
  const rule = { cors: endpoint.cors, method: endpoint.method, isPublicOrigin: parts.isPublicOrigin };
  return ({ req, res }, facts, answer) => {
    const exchange = { request: req, response: res };
    const more = everywhere(parts, facts);
    const cors = corsHeaders(req, rule);
    if (cors !== undefined) return cors.then((headers) => deliver(exchange, answer, { ...more, ...headers }));
    deliver(exchange, answer, more);
    return undefined;
  };
};

const bodyOf = (request: IncomingMessage): ReturnType<typeof readBody> => {
  if (!isUncoded(request.headers['content-encoding'])) throw contentCoded();
  return readBody(request, bodyLimitBytes);
};

const endpointRequest = ({ req: request, res }: Context, facts: RequestFacts, body: Buffer): EndpointRequest => ({
  method: request.method ?? '',
  query: facts.query,
  headers: request.headers,
  authorization: facts.authorization,
  body,
  remoteAddress: facts.remoteAddress,
  requestId: facts.requestId,
  isAwaited: () => !res.destroyed,
});
