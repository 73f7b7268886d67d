import { quarterOf, utcDayOf, utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { EpochMillis } from '../../model/clock.js';
import type { KeptDay, RegistrationCount, RegistrationsOf } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { countsOf, daysPerSpan, spanOf, type Counts, type FigureRow } from './figures.js';
import { firstColumn } from './registration-rows.js';

type Query = RegistrationsOf & { readonly from: EpochMillis; readonly to: EpochMillis };

export const compareKept = (statements: Statements, query: Query): readonly KeptDay[] => {
  const from = Math.ceil(query.from / utcDayStart(1));
  const to = Math.ceil(query.to / utcDayStart(1));
  const counted = countedDays(statements, query, { from, to });
  const keptDays = keptOf(statements, query, 'day', { from: spanOf(from), to: spanOf(to) + 1 });
  const keptQuarters = keptOf(statements, query, 'quarter', { from, to });
  const days = new Set([
    ...counted.keys(),
    ...keptQuarters.keys(),
    ...daysIn(keptDays).filter((day) => day >= from && day < to),
  ]);
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => {
      const span = keptDays.get(spanOf(day));
      const place = day - spanOf(day) * daysPerSpan;
      const kept = { registered: span?.registered[place] ?? 0, erased: span?.erased[place] ?? 0 };
      const rows = counted.get(day) ?? countsOf(undefined, 'quarter');
      return {
        start: utcDayStart(day),
        kept,
        counted: { registered: sum(rows.registered), erased: sum(rows.erased) },
        quartersAgree: agree(rows, keptQuarters.get(day) ?? countsOf(undefined, 'quarter')),
      };
    })
    .filter(({ kept, counted: rows, quartersAgree }) => !isNothing(kept) || !isNothing(rows) || !quartersAgree);
};

interface Range {
  readonly from: number;
  readonly to: number;
}

/** What the rows say, quarter hour by quarter hour. */
const countedDays = (
  statements: Statements,
  { applicationId, environment }: Query,
  days: Range,
): ReadonlyMap<UtcDay, Counts> => {
  const first = firstColumn(environment);
  const rows = statements
    .statement<{ readonly at: number; readonly erased: number }>(
      `SELECT ${first} AS at, user_id IS NULL AS erased FROM registrations
       WHERE application_id = ? AND ${first} >= ? AND ${first} < ?`,
    )
    .all(applicationId, utcDayStart(days.from), utcDayStart(days.to));
  const counted = new Map<UtcDay, Counts>();
  for (const { at, erased } of rows) {
    const counts = counted.get(utcDayOf(at)) ?? countsOf(undefined, 'quarter');
    counted.set(utcDayOf(at), counts);
    const side = erased === 1 ? counts.erased : counts.registered;
    side[quarterOf(at)] = (side[quarterOf(at)] ?? 0) + 1;
  }
  return counted;
};

const keptOf = (
  statements: Statements,
  { applicationId, environment }: Query,
  grain: 'day' | 'quarter',
  positions: Range,
): ReadonlyMap<number, Counts> =>
  new Map(
    statements
      .statement<FigureRow>(
        `SELECT position, registered, erased FROM registration_figures
         WHERE application_id = ? AND environment = ? AND grain = ? AND position >= ? AND position < ?`,
      )
      .all(applicationId, environment ?? '', grain, positions.from, positions.to)
      .map((row) => [row.position, countsOf(row, grain)]),
  );

/** Days of which anything is kept. */
const daysIn = (spans: ReadonlyMap<number, Counts>): readonly UtcDay[] =>
  [...spans].flatMap(([span, { registered, erased }]) =>
    [...registered.keys()]
      .filter((place) => registered[place] !== 0 || erased[place] !== 0)
      .map((place) => span * daysPerSpan + place),
  );

const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0);

const agree = (a: Counts, b: Counts): boolean =>
  a.registered.every((count, place) => count === b.registered[place]) &&
  a.erased.every((count, place) => count === b.erased[place]);

const isNothing = ({ registered, erased }: RegistrationCount): boolean => registered === 0 && erased === 0;
