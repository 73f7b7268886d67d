import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Context } from 'koa';
import { ManagementError } from '../model/management-error.js';
import { errorBody, type ErrorBody } from '../oauth/endpoints/error-response.js';
import { authenticateBearer } from '../oauth/management/authenticate-bearer.js';
import { requireScope } from '../oauth/management/require-scope.js';
import { csvQuery } from '../statistics/csv-query.js';
import { registeredUsersCsv } from '../statistics/csv.js';
import { readRegisteredUsersTable } from '../statistics/registered-users-rows.js';
import type { RegisteredUsersQuery, RegisteredUsersTable } from '../statistics/registered-users-rows.js';
import { factsOf } from './request-facts.js';
import type { Route } from './route.js';

export interface CsvRouteDeps {
  readonly oauth: Parameters<typeof authenticateBearer>[0];
  /** IANA name: the zone of periods that name none. */
  readonly statisticsTimeZone: string;
}

/** Statistics outside GraphQL: the registered users of many applications as CSV. */
export const csvRoute = (deps: CsvRouteDeps): Route => ({
  path: '/statistics/registered-users.csv',
  signpost: { group: 'management', purpose: 'Registered users by period, as CSV.', needs: 'a bearer token' },
  methods: { GET: (context) => answerCsv(deps, context) },
});

const answerCsv = async (deps: CsvRouteDeps, context: Context): Promise<void> => {
  const facts = factsOf(context.req);
  const actor = await authenticateBearer(deps.oauth, facts);
  requireScope(actor, 'statistics:read');
  context.set('Cache-Control', 'no-store');
  deps.oauth.store.requestTime?.takeLong(); // as many applications as there are
  try {
    const query = csvQuery(facts.query, deps.statisticsTimeZone);
    sendTable(context, query, await readTable(deps, query));
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error;
    refuse(deps, context, refusalOf(error));
  }
};

/** The figures of one cut, which is closed before the first byte leaves: a slow reader holds up no snapshot. */
const readTable = async (
  { oauth: { store } }: CsvRouteDeps,
  query: RegisteredUsersQuery,
): Promise<RegisteredUsersTable> => {
  const cut = await store.openSnapshot();
  try {
    return await readRegisteredUsersTable(store, cut, query);
  } finally {
    await cut.close();
  }
};

const sendTable = (context: Context, { period }: RegisteredUsersQuery, table: RegisteredUsersTable): void => {
  context.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': 'attachment; filename="registered-users.csv"',
    'Tallygate-As-Of': new Date(table.asOf).toISOString(),
    'Tallygate-Time-Zone': period.timeZone.name,
  });
  // Koa ends the stream when the client goes away.
  context.body = Readable.from(inTurns(registeredUsersCsv(table)), { objectMode: false });
};

/** Other requests have their turn between two pieces of a long answer. */
async function* inTurns(chunks: Iterable<string>): AsyncGenerator<string> {
  for (const chunk of chunks) {
    yield chunk;
    await setImmediate();
  }
}

interface Refusal extends ErrorBody {
  readonly status: number;
}

/** The arguments stand in the query, not in a period. */
const refusalOf = ({ code, message, field }: ManagementError): Refusal => ({
  ...(code === 'NOT_FOUND' ? { status: 404, code: 'not_found' } : { status: 400, code: 'invalid_request' }),
  description: message,
  ...(field === undefined ? {} : { field: field.replace(/^period\./, '') }),
});

/** The error object of the OAuth endpoints, with the argument that it is about. */
const refuse = ({ oauth }: CsvRouteDeps, context: Context, { status, ...refusal }: Refusal): void => {
  context.status = status;
  context.set('Content-Type', 'application/json');
  context.body = errorBody(refusal, { issuer: oauth.issuer, requestId: factsOf(context.req).requestId });
};
