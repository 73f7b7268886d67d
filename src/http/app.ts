import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import Koa, { type Context } from 'koa';
import { errorFields } from '../model/error-fields.js';
import type { RequestTime } from '../store/port/store.js';
import { nothingHere } from '../oauth/endpoints/request-refusals.js';
import { deliver } from './deliver.js';
import type { RemoteAddressOf } from './remote-address.js';
import { authorizationHeaders, type RequestFacts } from './request-facts.js';
import { requestFault } from './request-fault.js';
import { requestTarget } from './request-target.js';
import { routingTable, type Served } from './routing-table.js';
import { everywhere, refusalAnswer, type Site } from './site.js';
import { together } from './together.js';

export interface AppParts extends Served {
  readonly remoteAddressOf: RemoteAddressOf;
  /** Counts an answer; `label` is a path of the table, or `other`. */
  readonly noteAnswer: (label: string, status: number, seconds: number) => void;
  /** Does the work of one request; absent: as it is. */
  readonly share?: RequestTime['share'] | undefined;
  /** What paths that are not in the table are refused with; absent: 404. */
  readonly elsewhere?: Error;
}

/** One listener's requests: OAuth endpoints as they are, routes by Koa. Every request gets an answer, in JSON where it is a refusal. */
export const createApp = (parts: AppParts): RequestListener => {
  const koa = new Koa();
  koa.silent = true;
  koa.on('error', (error: unknown, context?: Context) => giveUp(parts, error, context));
  const table = routingTable(parts);
  const nowhere = refusingSite(parts, parts.elsewhere ?? nothingHere());
  koa.use(async (context) => {
    const start = performance.now();
    const { path, query } = requestTarget(context.req.url ?? '/');
    const site = table.get(path) ?? nowhere;
    const facts = readFacts(parts, context.req, query);
    const fault = requestFault(context.req);
    await (fault === undefined ? site.serve(context, facts) : site.refuse(context, facts, fault));
    noteAnswer(parts, context, { start, label: site.label, requestId: facts.requestId });
  });
  const handle = koa.callback(); // last: it takes the middleware as it stands
  const { share } = parts;
  if (share === undefined) return together((request, response) => void handle(request, response));
  return together((request, response) => share(() => void handle(request, response)));
};

const readFacts = ({ remoteAddressOf }: AppParts, request: IncomingMessage, query: string): RequestFacts => ({
  requestId: randomUUID(),
  authorization: authorizationHeaders(request),
  query,
  remoteAddress: remoteAddressOf(request),
});

/** For metrics and log, without anything that was sent: also the way to what went well, by its request id. */
const noteAnswer = (
  parts: AppParts,
  { req: { method }, res: { statusCode: status } }: Context,
  { start, label, requestId }: { readonly start: number; readonly label: string; readonly requestId: string },
): void => {
  const millis = performance.now() - start;
  parts.noteAnswer(label, status, millis / 1000);
  parts.log.debug({ requestId, method, route: label, status, durationMillis: Math.round(millis * 10) / 10 }, 'request');
};

/** Where nothing is. */
const refusingSite = (parts: AppParts, reason: unknown): Site => {
  const refuse: Site['refuse'] = (context, facts, error) => {
    context.respond = false;
    const exchange = { request: context.req, response: context.res };
    deliver(exchange, refusalAnswer(parts, error, facts), everywhere(parts, facts));
    return Promise.resolve();
  };
  return { label: 'other', serve: (context, facts) => refuse(context, facts, reason), refuse };
};

/** What went wrong after an answer began, a stream that failed or a client that left: no part of an answer may look like a whole one. */
const giveUp = ({ log }: AppParts, error: unknown, context: Context | undefined): void => {
  log.debug(errorFields(error), 'answer_cut_off');
  if (context?.res.headersSent === true && !context.res.writableEnded) context.res.destroy();
};
