import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { EndpointResponse } from '../oauth/endpoints/endpoint.js';
import { methodNotAllowed } from '../oauth/endpoints/request-refusals.js';
import { deliver } from './deliver.js';
import { bodyIsPending, endAfterRest } from './linger.js';
import { rememberFacts, type RequestFacts } from './request-facts.js';
import type { Route } from './route.js';
import { everywhere, refusalAnswer, type Site, type SiteParts } from './site.js';

/** Delivers a route, which answers by Koa's context. What it throws is answered like what an endpoint throws. */
export const routeSite = (parts: SiteParts, { path, methods, refusal }: Route): Site => {
  const allow = allowOf(methods);
  const refuse = refuserOf(parts, refusal);
  const run = async (context: Context): Promise<void> => {
    const handler = methodOf(context, methods);
    if (handler === undefined) throw methodNotAllowed(allow);
    await handler(context);
  };
  return {
    label: path,
    serve: async (context, facts) => {
      rememberFacts(context.req, facts);
      if (context.method === 'OPTIONS') {
        answer(parts, context, { facts, response: { status: 204, headers: { allow } } });
        return;
      }
      context.set(everywhere(parts, facts));
      try {
        await run(context);
        if (context.respond !== false && bodyIsPending(context.req)) endLingering(context);
      } catch (error) {
        refuse(context, facts, error);
      }
    },
    refuse: (context, facts, error) => {
      refuse(context, facts, error);
      return Promise.resolve();
    },
  };
};

const allowOf = (methods: Route['methods']): string =>
  Object.keys(methods)
    .map((method) => (method === 'GET' ? 'GET, HEAD' : method))
    .join(', ');

const refuserOf =
  (parts: SiteParts, refusal: Route['refusal']) =>
  (context: Context, facts: RequestFacts, error: unknown): void => {
    const worded = refusal === undefined ? parts : { ...parts, errorForm: formOf(refusal, context) };
    answer(parts, context, { facts, response: refusalAnswer(worded, error, facts) });
  };

const formOf =
  (refusal: NonNullable<Route['refusal']>, { req }: Context): NonNullable<SiteParts['errorForm']> =>
  (error, context) =>
    refusal(error, context, req);

const methodOf = ({ method }: Context, methods: Route['methods']) => {
  if (method === 'GET' || method === 'HEAD') return methods.GET;
  return method === 'POST' ? methods.POST : undefined;
};

/** Answers in place of the route, whatever it had prepared. */
const answer = (
  parts: SiteParts,
  context: Context,
  { facts, response }: { readonly facts: RequestFacts; readonly response: EndpointResponse },
): void => {
  context.respond = false;
  const { req, res } = context;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  deliver({ request: req, response: res }, response, everywhere(parts, facts));
};

/** Koa would end the answer although the request was not read: what comes of it then would look like the next one. */
const endLingering = (context: Context): void => {
  const { body, res, req } = context;
  context.set('Connection', 'close');
  if (body instanceof Readable) return; // Koa ends it, when all that it reads has gone out
  context.respond = false;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  context.length = Buffer.byteLength(text);
  if (req.method === 'HEAD') res.flushHeaders();
  else res.write(text);
  endAfterRest(req, res);
};
