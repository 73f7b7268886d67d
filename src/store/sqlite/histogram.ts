import type { EpochMillis } from '../../model/clock.js';
import type { Histogram, RegistrationCount } from '../port/registrations.js';
import type { Statements } from './connection.js';
import {
  countsOf,
  environmentColumn,
  grains,
  numberOf,
  positionOf,
  type Counts,
  type FigureOf,
  type FigureRow,
  type Grain,
} from './figures.js';
import { inList } from './listing.js';
import { firstColumn } from './registration-rows.js';

/**
 * What lies before a boundary: the days before its own, the quarter hours of its day before its own, and the rows of its quarter hour.
 * Only the last reads rows, and only where the boundary cuts a quarter hour.
 */
export const histogramOf = (
  statements: Statements,
  applicationId: string,
  { environment, boundaries }: Histogram,
): readonly RegistrationCount[] => {
  const of = { applicationId, environment };
  const daysBefore = dayFigures(statements, of, boundaries.at(-1) ?? 0);
  const quartersBefore = quarterFigures(statements, of, boundaries);
  let previous = nothing;
  return boundaries.map((boundary) => {
    const before = sumOf([daysBefore(boundary), quartersBefore(boundary), rowsBefore(statements, of, boundary)]);
    const between = { registered: before.registered - previous.registered, erased: before.erased - previous.erased };
    previous = before;
    return between;
  });
};

const nothing: RegistrationCount = { registered: 0, erased: 0 };

const sumOf = (counts: readonly RegistrationCount[]): RegistrationCount => ({
  registered: counts.reduce((sum, { registered }) => sum + registered, 0),
  erased: counts.reduce((sum, { erased }) => sum + erased, 0),
});

/** Places `from` until before `to` of a row. */
const sumBetween = ({ registered, erased }: Counts, from: number, to: number): RegistrationCount => {
  let [sumRegistered, sumErased] = [0, 0];
  for (let place = from; place < to; place += 1) {
    sumRegistered += registered[place] ?? 0;
    sumErased += erased[place] ?? 0;
  }
  return { registered: sumRegistered, erased: sumErased };
};

const figures =
  'SELECT position, registered, erased FROM registration_figures WHERE application_id = ? AND environment = ?';

/** The days before the one of a boundary. To be asked in ascending order: goes once through all days. */
const dayFigures = (
  statements: Statements,
  of: FigureOf,
  until: EpochMillis,
): ((boundary: EpochMillis) => RegistrationCount) => {
  const rows = statements
    .statement<FigureRow>(`${figures} AND grain = 'day' AND position <= ? ORDER BY position`)
    .all(of.applicationId, environmentColumn(of), positionOf('day', numberOf('day', until)))
    .map((row) => ({ begin: row.position * grains.day.places, counts: countsOf('day', row) }));
  let sum = nothing;
  let [index, place] = [0, 0];
  return (boundary) => {
    const day = numberOf('day', boundary);
    for (let row = rows[index]; row !== undefined && row.begin < day; row = rows[index]) {
      const end = Math.min(day - row.begin, grains.day.places);
      sum = sumOf([sum, sumBetween(row.counts, place, end)]);
      place = end;
      if (end < grains.day.places) break;
      [index, place] = [index + 1, 0];
    }
    return sum;
  };
};

/** The quarter hours of a boundary's day before its own. Reads those days only that a boundary cuts. */
const quarterFigures = (
  statements: Statements,
  of: FigureOf,
  boundaries: readonly EpochMillis[],
): ((boundary: EpochMillis) => RegistrationCount) => {
  const rowOf = (boundary: EpochMillis): number => positionOf('quarter', numberOf('quarter', boundary));
  const cutting = boundaries.filter((boundary) => isCut('day', boundary));
  if (cutting.length === 0) return () => nothing;
  const rows = statements
    .statement<FigureRow>(`${figures} AND grain = 'quarter' AND ${inList('position')}`)
    .all(of.applicationId, environmentColumn(of), JSON.stringify([...new Set(cutting.map(rowOf))]));
  const counts = new Map(rows.map((row) => [row.position, countsOf('quarter', row)]));
  return (boundary) => {
    const row = counts.get(rowOf(boundary));
    if (row === undefined) return nothing;
    const begin = rowOf(boundary) * grains.quarter.places;
    const midnight = numberOf('quarter', numberOf('day', boundary) * grains.day.millis);
    return sumBetween(row, midnight - begin, numberOf('quarter', boundary) - begin);
  };
};

const isCut = (grain: Grain, boundary: EpochMillis): boolean => boundary % grains[grain].millis !== 0;

const rowsBefore = (statements: Statements, of: FigureOf, boundary: EpochMillis): RegistrationCount => {
  if (!isCut('quarter', boundary)) return nothing;
  const first = firstColumn(of.environment);
  const counted = statements
    .statement<RegistrationCount>(
      `SELECT count(user_id) AS registered, count(*) - count(user_id) AS erased FROM registrations
       WHERE application_id = ? AND ${first} >= ? AND ${first} < ?`,
    )
    .get(of.applicationId, numberOf('quarter', boundary) * grains.quarter.millis, boundary);
  return counted ?? nothing;
};
