import type { EpochMillis } from '../../model/clock.js';
import type { PageRequest } from '../../model/page.js';
import type { RegistrationReader } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { answer } from './engine.js';
import { histogramsOf } from './histogram.js';
import { compareKept } from './kept-days.js';
import { behind, pageOf, when, where, type Condition } from './listing.js';
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
  extent: ({ applicationId, environment }) =>
    answer(() => {
      const first = firstColumn(environment);
      const end = (which: 'min' | 'max'): EpochMillis | undefined =>
        statements
          .statement<{ readonly at: number | null }>(
            `SELECT ${which}(${first}) AS at FROM registrations WHERE application_id = ? AND ${first} IS NOT NULL`,
          )
          .get(applicationId)?.at ?? undefined;
      const [earliest, latest] = [end('min'), end('max')];
      return earliest === undefined || latest === undefined ? undefined : { first: earliest, last: latest };
    }),
});

/** One lower end, of the range or of the page: with both the index would begin at the range's and read every page before this one. */
const beginning = (first: string, from: EpochMillis | undefined, request: PageRequest): readonly Condition[] =>
  request.after === undefined || request.after.at < (from ?? request.after.at)
    ? when(from, `${first} >= ?`, (at) => [at])
    : behind(request, `${first}, user_id`, '>');
