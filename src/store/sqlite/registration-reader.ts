import type { KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { quarterMillis, quarterOf, utcDayOf, utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { Histogram, RegistrationCount, RegistrationReader } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { answer } from './engine.js';
import { countsOf, daysPerSpan, spanOf, type Counts, type FigureRow } from './figures.js';
import { compareKept } from './kept-days.js';
import { behind, inList, pageOf, when, where } from './listing.js';
import { firstColumn, registrationOf, type RegistrationRow } from './registration-rows.js';

export const registrationReader = (statements: Statements): RegistrationReader => ({
  histogram: (histogram) =>
    answer(() => new Map(histogram.applicationIds.map((id) => [id, histogramOf(statements, id, histogram)]))),
  page: ({ applicationId, environment, from, to }, request) =>
    answer(() => {
      const first = firstColumn(environment);
      const { sql, values } = where([
        { sql: 'application_id = ? AND user_id IS NOT NULL', values: [applicationId] },
        ...when(from, `${first} >= ?`, (at) => [at]),
        ...when(to, `${first} < ?`, (at) => [at]),
        ...behind(request, `${first}, user_id`, '>'),
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

const nothing: RegistrationCount = { registered: 0, erased: 0 };

const plus = (a: RegistrationCount, b: RegistrationCount): RegistrationCount => ({
  registered: a.registered + b.registered,
  erased: a.erased + b.erased,
});

/**
 * What lies before a boundary: the days before its own, the quarter hours of its day before its own, and the rows of its quarter hour.
 * Only the last reads rows, and only where the boundary cuts a quarter hour.
 */
const histogramOf = (
  statements: Statements,
  applicationId: string,
  { environment, boundaries }: Histogram,
): readonly RegistrationCount[] => {
  const of = { applicationId, environment };
  const daysBefore = dayFigures(statements, of, boundaries.at(-1) ?? 0);
  const quartersBefore = quarterFigures(statements, of, boundaries);
  let previous = nothing;
  return boundaries.map((boundary) => {
    const before = plus(
      plus(daysBefore(utcDayOf(boundary)), quartersBefore(boundary)),
      rowsBefore(statements, of, boundary),
    );
    const between = { registered: before.registered - previous.registered, erased: before.erased - previous.erased };
    previous = before;
    return between;
  });
};

interface Of {
  readonly applicationId: string;
  readonly environment: KeyEnvironment | undefined;
}

/** To be asked in ascending order: goes once through the days. */
const dayFigures = (
  statements: Statements,
  { applicationId, environment }: Of,
  until: EpochMillis,
): ((day: UtcDay) => RegistrationCount) => {
  const rows = statements
    .statement<FigureRow>(
      `SELECT position, registered, erased FROM registration_figures
       WHERE application_id = ? AND environment = ? AND grain = 'day' AND position <= ? ORDER BY position`,
    )
    .all(applicationId, environment ?? '', spanOf(utcDayOf(until)));
  const spans = rows.map((row) => ({ begin: row.position * daysPerSpan, counts: countsOf(row, 'day') }));
  let sum = nothing;
  let [span, place] = [0, 0];
  return (day) => {
    for (; span < spans.length; span += 1, place = 0) {
      const current = spans[span];
      if (current === undefined || current.begin >= day) break;
      const end = Math.min(day - current.begin, daysPerSpan);
      sum = plus(sum, sumOf(current.counts, place, end));
      place = end;
      if (end < daysPerSpan) break;
    }
    return sum;
  };
};

const sumOf = ({ registered, erased }: Counts, from: number, to: number): RegistrationCount => {
  let [sumRegistered, sumErased] = [0, 0];
  for (let place = from; place < to; place += 1) {
    sumRegistered += registered[place] ?? 0;
    sumErased += erased[place] ?? 0;
  }
  return { registered: sumRegistered, erased: sumErased };
};

/** Reads the quarter hours of those days only that a boundary cuts. */
const quarterFigures = (
  statements: Statements,
  { applicationId, environment }: Of,
  boundaries: readonly EpochMillis[],
): ((boundary: EpochMillis) => RegistrationCount) => {
  const cut = boundaries.filter((boundary) => quarterOf(boundary) > 0).map(utcDayOf);
  if (cut.length === 0) return () => nothing;
  const rows = statements
    .statement<FigureRow>(
      `SELECT position, registered, erased FROM registration_figures
       WHERE application_id = ? AND environment = ? AND grain = 'quarter' AND ${inList('position')}`,
    )
    .all(applicationId, environment ?? '', JSON.stringify([...new Set(cut)]));
  const days = new Map(rows.map((row) => [row.position, countsOf(row, 'quarter')]));
  return (boundary) => {
    const counts = days.get(utcDayOf(boundary));
    return counts === undefined ? nothing : sumOf(counts, 0, quarterOf(boundary));
  };
};

const rowsBefore = (
  statements: Statements,
  { applicationId, environment }: Of,
  boundary: EpochMillis,
): RegistrationCount => {
  const start = utcDayStart(utcDayOf(boundary)) + quarterOf(boundary) * quarterMillis;
  if (start === boundary) return nothing;
  const first = firstColumn(environment);
  const counted = statements
    .statement<RegistrationCount>(
      `SELECT count(user_id) AS registered, count(*) - count(user_id) AS erased FROM registrations
       WHERE application_id = ? AND ${first} >= ? AND ${first} < ?`,
    )
    .get(applicationId, start, boundary);
  return counted ?? nothing;
};
