import { dayMillis, type EpochMillis } from '../../model/clock.js';
import { quartersPerDay, type UtcDay } from '../../model/quarter-hour.js';
import type { KeptDay, RegistrationCount, RegistrationsOf } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { environmentColumn, grains, numberOf, positionOf, countsOf, type FigureRow, type Grain } from './figures.js';
import { firstColumn } from './registration-rows.js';

type Query = RegistrationsOf & { readonly from: EpochMillis; readonly to: EpochMillis };

/** Figures by the number of their day or quarter hour; zeros are left out. */
type Numbered = ReadonlyMap<number, RegistrationCount>;

const nothing: RegistrationCount = { registered: 0, erased: 0 };

export const compareKept = (statements: Statements, query: Query): readonly KeptDay[] => {
  const [from, to] = [Math.ceil(query.from / dayMillis), Math.ceil(query.to / dayMillis)];
  const of = { ...query, from: from * dayMillis, to: to * dayMillis };
  const kept = keptIn(statements, of, 'day');
  const keptQuarters = keptIn(statements, of, 'quarter');
  const counted = countedIn(statements, of);
  const days = new Set([...kept.keys(), ...[...keptQuarters.keys(), ...counted.keys()].map(dayOf)]);
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => ({
      start: day * dayMillis,
      kept: kept.get(day) ?? nothing,
      counted: sumOfDay(counted, day),
      quartersAgree: quartersOf(day).every((quarter) => agree(keptQuarters.get(quarter), counted.get(quarter))),
    }));
};

const dayOf = (quarter: number): UtcDay => Math.floor(quarter / quartersPerDay);

const quartersOf = (day: UtcDay): readonly number[] =>
  Array.from({ length: quartersPerDay }, (_, quarter) => day * quartersPerDay + quarter);

const sumOfDay = (counted: Numbered, day: UtcDay): RegistrationCount =>
  quartersOf(day)
    .map((quarter) => counted.get(quarter) ?? nothing)
    .reduce((sum, { registered, erased }) => ({
      registered: sum.registered + registered,
      erased: sum.erased + erased,
    }));

const agree = (a: RegistrationCount = nothing, b: RegistrationCount = nothing): boolean =>
  a.registered === b.registered && a.erased === b.erased;

/**
 * What the rows say, quarter hour by quarter hour. The division is of what lies behind `from`, so that nothing before 1970 is rounded up;
 * the driver binds numbers as REAL, which would not be rounded at all.
 */
const countedIn = (statements: Statements, query: Query): Numbered => {
  const first = firstColumn(query.environment);
  const begin = numberOf('quarter', query.from);
  const rows = statements
    .statement<RegistrationCount & { readonly quarter: number }>(
      `SELECT (${first} - CAST(?2 AS INTEGER)) / ${grains.quarter.millis} AS quarter,
         count(user_id) AS registered, count(*) - count(user_id) AS erased
       FROM registrations WHERE application_id = ?1 AND ${first} >= ?2 AND ${first} < ?3 GROUP BY 1`,
    )
    .all(query.applicationId, query.from, query.to);
  return new Map(rows.map(({ quarter, registered, erased }) => [begin + quarter, { registered, erased }]));
};

const keptIn = (statements: Statements, query: Query, grain: Grain): Numbered => {
  const [from, to] = [numberOf(grain, query.from), numberOf(grain, query.to)];
  const rows = statements
    .statement<FigureRow>(
      `SELECT position, registered, erased FROM registration_figures
       WHERE application_id = ? AND environment = ? AND grain = ? AND position >= ? AND position <= ?`,
    )
    .all(query.applicationId, environmentColumn(query), grain, positionOf(grain, from), positionOf(grain, to));
  return new Map(
    rows
      .flatMap((row) => numbered(grain, row))
      .filter(([number, count]) => number >= from && number < to && !agree(count, nothing)),
  );
};

const numbered = (grain: Grain, row: FigureRow): readonly (readonly [number, RegistrationCount])[] => {
  const { registered, erased } = countsOf(grain, row);
  return [...registered].map((count, place) => [
    row.position * grains[grain].places + place,
    { registered: count, erased: erased[place] ?? 0 },
  ]);
};
