import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { getOperationAST, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Actor } from '../model/actor.js';
import { bearerChallenge } from '../model/bearer-challenge.js';
import { errorFields } from '../model/error-fields.js';
import type { Log } from '../model/log.js';
import { managementErrorCodes } from '../model/management-error.js';
import { answerOf, type GraphqlAnswer } from './graphql-answer.js';
import { describeCause, errorDescriber, formattedError, type DescribedError } from './describe-error.js';
import type { GraphqlDeps } from './graphql-deps.js';
import { errorLimit } from './input-errors.js';
import { knownOperationKinds } from './known-operation-kinds.js';
import { auditRefusals } from './mutation-frame.js';
import { operationContext, type OperationContext } from './operation-context.js';
import { passGate, type GateRefusal } from './operation-gate.js';
import { checkText, selectionLimit, tokenLimit } from './operation-limits.js';
import { judgeScopes } from './operation-scopes.js';
import { recentDocuments } from './recent-documents.js';
import { managementSchema } from './schema.js';
import { mutationsOf, type SelectedFrom } from './selected-fields.js';

/** What a client sends (GraphQL over HTTP §5.1). */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface OperationRunner {
  /** Runs one operation for whom it was authenticated. Never throws. */
  run(actor: Actor, request: GraphqlRequest): Promise<GraphqlAnswer>;
  stop(): Promise<void>;
}

export const createOperationRunner = async (deps: GraphqlDeps): Promise<OperationRunner> => {
  const schema = managementSchema();
  const described = new WeakMap<object, DescribedError>();
  const apollo = new ApolloServer<OperationContext>({
    schema,
    introspection: true, // whoever has a management token may look; the SDL is public
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    parseOptions: { maxLexicalTokens: tokenLimit },
    maxRecursiveSelections: selectionLimit,
    validationRules: [knownOperationKinds],
    validationOptions: { maxErrors: errorLimit },
    executionOptions: { maxCoercionErrors: errorLimit },
    persistedQueries: false,
    documentStore: recentDocuments(rememberedCharacters),
    stopOnTerminationSignals: false,
    nodeEnv: 'production', // the same everywhere: Apollo shows and logs more elsewhere
    logger: apolloLog(deps.log),
    formatError: (formatted, error) => format(formatted, describedIn(described, error)),
    plugins: [...nothingOfApollos(), gate(), describer(described)],
  });
  await apollo.start();
  return {
    run: (actor, request) => run(apollo, operationContext(deps, actor), request),
    stop: () => apollo.stop(),
  };
};

/** Some dozens of usual documents: 25 MB at most. */
const rememberedCharacters = 128 * 1024;

const run = async (
  apollo: ApolloServer<OperationContext>,
  context: OperationContext,
  request: GraphqlRequest,
): Promise<GraphqlAnswer> => {
  const { requestId } = context.actor;
  try {
    checkText(request.query);
    const response = await apollo.executeOperation({ ...request }, { contextValue: context });
    if (response.body.kind !== 'single') throw new Error('Nothing here is delivered bit by bit.');
    return answerOf(requestId, response.body.singleResult, response.http.headers.get('www-authenticate'));
  } catch (error) {
    const unexpected = describeCause(error);
    logUnexpected(context, unexpected);
    return answerOf(requestId, { errors: [formattedError(unexpected)] });
  } finally {
    await closeCut(context);
  }
};

/** It is only read from: that it could not be closed in order is for the log. */
const closeCut = async ({ cut, deps, actor }: OperationContext): Promise<void> => {
  try {
    await cut.close();
  } catch (error) {
    deps.log.warn({ ...errorFields(error), requestId: actor.requestId }, 'snapshot_not_closed');
  }
};

/** What stands in front of every operation. */
const gate = (): ApolloServerPlugin<OperationContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      responseForOperation: async ({ schema, document, contextValue, request }) => {
        const operation = getOperationAST(document, request.operationName);
        if (operation === null || operation === undefined) return null; // executing it says what is wrong
        const refusal = await passGate({ schema, document, operation }, contextValue, request.variables ?? {});
        return refusal === undefined ? null : refused(refusal);
      },
    }),
});

const refused = ({ errors, neededScopes }: GateRefusal): GraphQLResponse => ({
  http: {
    status: 200, // the delivery looks at the errors
    headers: new HeaderMap(neededScopes === undefined ? [] : [['www-authenticate', scopeChallenge(neededScopes)]]),
  },
  body: {
    kind: 'single',
    singleResult: {
      errors: errors.map(({ refusal, path }) =>
        formattedError(describeCause(refusal), path === undefined ? {} : { path }),
      ),
    },
  },
});

const scopeChallenge = (scopes: readonly string[]): string => bearerChallenge({ error: 'insufficient_scope', scopes });

/** Finds out what the errors of an operation are while its document is at hand, and logs what nobody expected. */
const describer = (described: WeakMap<object, DescribedError>): ApolloServerPlugin<OperationContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors: async ({ schema, document, operation, errors, contextValue, request, response }) => {
        const describe = errorDescriber(schema, document);
        const descriptions = errors.map((error) => {
          const description = describe(error);
          described.set(error, description);
          logUnexpected(contextValue, description, error);
          return description;
        });
        if (document === undefined) return;
        if (operation === undefined) {
          await auditInvalid({ schema, document }, contextValue, { name: request.operationName, descriptions });
          return;
        }
        const missed = descriptions.flatMap(({ neededScopes = [] }) => neededScopes);
        if (missed.length === 0) return;
        const { needed } = judgeScopes({ schema, document, operation }, contextValue.actor.scopes);
        const scopes = [...new Set([...needed, ...missed])].sort();
        response.http.headers.set('www-authenticate', scopeChallenge(scopes));
      },
    }),
});

interface Invalid {
  /** Of the operation that was asked for. */
  readonly name: string | undefined;
  readonly descriptions: readonly DescribedError[];
}

/** A mutation whose text has a value that does not fit was refused like one whose variables do not; what is no operation of this schema was none. */
const auditInvalid = async (
  { schema, document }: Omit<SelectedFrom, 'operation'>,
  context: OperationContext,
  { name, descriptions }: Invalid,
): Promise<void> => {
  const operation = getOperationAST(document, name);
  const code = managementErrorCodes.find((known) => descriptions.some((description) => description.code === known));
  if (operation === null || operation === undefined || code === undefined) return;
  await auditRefusals(context, { actions: mutationsOf({ schema, document, operation }), code });
};

const describedIn = (described: WeakMap<object, DescribedError>, error: unknown): DescribedError =>
  (typeof error === 'object' && error !== null ? described.get(error) : undefined) ?? describeCause(error);

const format = (formatted: GraphQLFormattedError, description: DescribedError): GraphQLFormattedError =>
  formattedError(description, formatted);

const logUnexpected = (
  { deps, actor }: OperationContext,
  { unexpected }: DescribedError,
  { path }: Partial<Pick<GraphQLError, 'path'>> = {},
): void => {
  if (unexpected === undefined) return;
  const field = path?.join('.');
  deps.log.error({ ...errorFields(unexpected), field, requestId: actor.requestId }, 'graphql_failed');
};

/** Apollo neither reports to its makers nor shows a page of theirs. */
const nothingOfApollos = (): readonly ApolloServerPlugin<OperationContext>[] => [
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginLandingPageDisabled(),
];

const apolloLog = (log: Log) => {
  const whisper = (message?: unknown): void => log.debug({ message }, 'apollo');
  return {
    debug: whisper,
    info: whisper,
    warn: (message?: unknown): void => log.warn({ message }, 'apollo'),
    error: (message?: unknown): void => log.error({ message }, 'apollo'),
  };
};
