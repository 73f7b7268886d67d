import type { EpochMillis } from '../../model/clock.js';
import type { PageRequest } from '../../model/page.js';
import type { RegistrationReader } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { answer } from './engine.js';
import { histogramsOf } from './histogram.js';
import { compareKept } from './kept-days.js';
import { behind, pageOf, when, where, type Condition } from './listing.js';
import { namedApplications } from './named-applications.js';
import { firstColumn, registrationOf, type RegistrationRow } from './registration-rows.js';

export const registrationReader = (statements: Statements): RegistrationReader => ({
  histogram: (histogram) => answer(() => histogramsOf(statements, histogram)),
  page: ({ applicationId, environment, from, to }, request) =>
    answer(() => {
      const first = firstColumn(environment);
      const { sql, values } = where([
        { sql: 'application_id = ? AND user_id IS NOT NULL', values: [applicationId] },
        ...beginning(first, from, request),
        ...when(to, `${first} < ?`, (at) => [at]),
        { sql: `${first} IS NOT NULL`, values: [] },
      ]);
      const select = `SELECT * FROM registrations ${sql} ORDER BY ${first}, user_id LIMIT ?`;
      const rows = statements.statement<RegistrationRow>(select).all(...values, request.first + 1);
      return pageOf(rows, request, (row) => registrationOf(row, row.user_id ?? ''));
    }),
  compareKept: (query) => answer(() => compareKept(statements, query)),
  extent: ({ applicationId, environment, from = -Infinity }) =>
    answer(() => {
      const first = firstColumn(environment);
      // As REAL: a damaged instant may be larger than a number can tell.
      const end = (which: 'min' | 'max'): EpochMillis | undefined =>
        statements
          .statement<{ readonly at: number | null }>(
            `SELECT CAST(${which}(${first}) AS REAL) AS at FROM registrations WHERE application_id = ? AND ${first} >= ?`,
          )
          .get(applicationId, from)?.at ?? undefined;
      const [earliest, latest] = [end('min'), end('max')];
      return earliest === undefined || latest === undefined ? undefined : { first: earliest, last: latest };
    }),
  namedApplications: (after) => answer(() => namedApplications(statements, after)),
});

/** One lower end, of the range or of the page: with both the index would begin at the range's and read every page before this one. */
const beginning = (first: string, from: EpochMillis | undefined, request: PageRequest): readonly Condition[] =>
  request.after === undefined || request.after.at < (from ?? request.after.at)
    ? when(from, `${first} >= ?`, (at) => [at])
    : behind(request, `${first}, user_id`, '>');
