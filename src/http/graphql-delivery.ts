import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { formattedError } from '../graphql/describe-error.js';
import { isMet, needOf } from '../graphql/field-scopes.js';
import { answerOf, type GraphqlAnswer } from '../graphql/graphql-answer.js';
import type { GraphqlDeps } from '../graphql/graphql-deps.js';
import { createOperationRunner, type GraphqlRequest, type OperationRunner } from '../graphql/operation-runner.js';
import type { Actor } from '../model/actor.js';
import { authenticateBearer } from '../oauth/management/authenticate-bearer.js';
import { isUncoded } from './content-coding.js';
import { graphqlRequestIn } from './graphql-body.js';
import { acceptedMediaType, isUtf8Json, type GraphqlMediaType } from './media-type.js';
import { clientGone, readBody } from './read-body.js';
import { factsOf } from './request-facts.js';

export interface Graphql {
  readonly answer: (context: Context) => Promise<void>;
  stop(): Promise<void>;
}

/** Runs the operations of the management and statistics API and words their answers for HTTP. */
export const createGraphql = async (deps: GraphqlDeps): Promise<Graphql> => {
  const runner = await createOperationRunner(deps);
  return {
    answer: (context) => answerOperation(deps, runner, context),
    stop: () => runner.stop(),
  };
};

const answerOperation = async (deps: GraphqlDeps, runner: OperationRunner, context: Context): Promise<void> => {
  const mediaType = acceptedMediaType(context.req.headers.accept);
  if (mediaType === undefined) {
    send(context, 'application/json', refusal(context.req, notAcceptable));
    return;
  }
  const answer = await answerTo(deps, runner, context.req);
  if (answer !== 'aborted') {
    send(context, mediaType, answer);
    return;
  }
  context.respond = false;
  context.res.statusCode = clientGone;
};

/** Who is asking is found out before anything is read of what he asks. */
const answerTo = async (
  { oauth }: GraphqlDeps,
  runner: OperationRunner,
  request: IncomingMessage,
): Promise<GraphqlAnswer | 'aborted'> => {
  const actor = await authenticateBearer(oauth, factsOf(request));
  if (!isPlainJson(request)) return refusal(request, unsupported);
  const body = await readBody(request, bodyLimit(actor));
  if (body === 'aborted') return body;
  if (body === 'too_large') return refusal(request, tooLarge);
  const operation = graphqlRequestIn(body);
  if (!('query' in operation)) return refusal(request, operation);
  if (body.length > ordinaryLimit && !isImport(operation)) return refusal(request, tooLarge);
  return runner.run(actor, operation);
};

const isPlainJson = ({ headers }: IncomingMessage): boolean =>
  isUtf8Json(headers['content-type']) && isUncoded(headers['content-encoding']);

const ordinaryLimit = 64 * 1024;
/** A thousand rows of history. */
const importLimit = 512 * 1024;

const importNeed = needOf('Mutation', 'importRegistrations') ?? [];

const bodyLimit = ({ scopes }: Actor): number => (isMet(importNeed, scopes) ? importLimit : ordinaryLimit);

const isImport = ({ query }: GraphqlRequest): boolean => query.length < 4096 && /\bimportRegistrations\b/.test(query);

interface Refusal {
  /** Absent: by the media type, as for every other error before execution. */
  readonly status?: number;
  readonly message: string;
}

const notAcceptable = { status: 406, message: 'Accept application/json or application/graphql-response+json.' };
const unsupported = {
  status: 415,
  message: 'Send Content-Type: application/json, in UTF-8 and without Content-Encoding.',
};
const tooLarge = {
  status: 413,
  message: 'The body is longer than 64 KiB (importRegistrations with its rows in variables: 512 KiB).',
};

const refusal = (request: IncomingMessage, { status, message }: Refusal): GraphqlAnswer => {
  const answer = answerOf(factsOf(request).requestId, { errors: [formattedError({ code: 'BAD_REQUEST', message })] });
  return status === undefined ? answer : { ...answer, status };
};

/** An error before execution is an HTTP error only to those who know the newer media type (GraphQL over HTTP §6.4). */
const send = (context: Context, mediaType: GraphqlMediaType, { headers, result, status }: GraphqlAnswer): void => {
  const unexecuted = mediaType === 'application/graphql-response+json' && result.data === undefined;
  context.status = status ?? (unexecuted ? 400 : 200);
  context.set({
    ...headers,
    'Content-Type': `${mediaType}; charset=utf-8`,
    'Cache-Control': 'no-store',
    Vary: 'Accept',
  });
  context.body = JSON.stringify(result);
};
