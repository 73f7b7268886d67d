import type { EpochMillis } from '../../model/clock.js';
import { quartersPerDay } from '../../model/quarter-hour.js';
import type { Histogram, RegistrationCount } from '../port/registrations.js';
import type { Statements } from './connection.js';
import {
  environmentColumn,
  grains,
  numberOf,
  positionOf,
  type FigureOf,
  type FigureRow,
  type Grain,
} from './figures.js';
import { inList } from './listing.js';
import { sumsOf, type SumBefore } from './packed-counts.js';
import { firstColumn } from './registration-rows.js';

/**
 * What lies before a boundary: the days before its own, the quarter hours of its day before its own, and the rows of its quarter hour.
 * Only the last reads rows, and only where the boundary cuts a quarter hour. The kept figures of all applications are read at once.
 */
export const histogramsOf = (
  statements: Statements,
  histogram: Histogram,
): ReadonlyMap<string, readonly RegistrationCount[]> => {
  const { applicationIds, environment, boundaries } = histogram;
  const days = dayRows(statements, histogram);
  const quarters = quarterRows(statements, histogram);
  return new Map(
    applicationIds.map((applicationId) => {
      const of = { applicationId, environment };
      const daysBefore = dayFigures(days.get(applicationId) ?? []);
      const quartersBefore = quarterFigures(quarters.get(applicationId) ?? []);
      const parts = [daysBefore, quartersBefore, (boundary: EpochMillis) => rowsBefore(statements, of, boundary)];
      return [applicationId, differences(boundaries, parts)];
    }),
  );
};

/** What lies before a boundary, or a part of it. */
type Before = (boundary: EpochMillis) => RegistrationCount;

/** From what lies before each boundary to what lies between it and the one before. */
const differences = (
  boundaries: readonly EpochMillis[],
  partsBefore: readonly Before[],
): readonly RegistrationCount[] => {
  let [registeredBefore, erasedBefore] = [0, 0];
  return boundaries.map((boundary) => {
    let [registered, erased] = [-registeredBefore, -erasedBefore];
    for (const before of partsBefore) {
      const part = before(boundary);
      registered += part.registered;
      erased += part.erased;
    }
    registeredBefore += registered;
    erasedBefore += erased;
    return { registered, erased };
  });
};

const nothing: RegistrationCount = { registered: 0, erased: 0 };

/** A row of kept figures: neighbours from the number `begin` on. */
interface Neighbours {
  readonly begin: number;
  readonly registered: SumBefore;
  readonly erased: SumBefore;
}

type ByApplication = ReadonlyMap<string, readonly Neighbours[]>;

const figures = `SELECT application_id, position, registered, erased FROM registration_figures WHERE ${inList('application_id')} AND environment = ?`;

interface FigureRowOfOne extends FigureRow {
  readonly application_id: string;
}

const byApplication = (grain: Grain, rows: readonly FigureRowOfOne[]): ByApplication => {
  const found = new Map<string, Neighbours[]>();
  for (const row of rows) {
    const neighbours = {
      begin: row.position * grains[grain].places,
      registered: sumsOf(row.registered),
      erased: sumsOf(row.erased),
    };
    const known = found.get(row.application_id);
    if (known === undefined) found.set(row.application_id, [neighbours]);
    else known.push(neighbours);
  }
  return found;
};

/** All up to the day of the last boundary. */
const dayRows = (statements: Statements, { applicationIds, environment, boundaries }: Histogram): ByApplication => {
  const last = positionOf('day', numberOf('day', boundaries.at(-1) ?? 0));
  const rows = statements
    .statement<FigureRowOfOne>(`${figures} AND grain = 'day' AND position <= ? ORDER BY application_id, position`)
    .all(JSON.stringify(applicationIds), environmentColumn({ environment }), last);
  return byApplication('day', rows);
};

/** Those alone whose days a boundary cuts. */
const quarterRows = (statements: Statements, { applicationIds, environment, boundaries }: Histogram): ByApplication => {
  const cutting = boundaries.filter((boundary) => isCut('day', boundary));
  if (cutting.length === 0) return new Map();
  const positions = new Set(cutting.map((boundary) => positionOf('quarter', numberOf('quarter', boundary))));
  const rows = statements
    .statement<FigureRowOfOne>(`${figures} AND grain = 'quarter' AND ${inList('position')}`)
    .all(JSON.stringify(applicationIds), environmentColumn({ environment }), JSON.stringify([...positions]));
  return byApplication('quarter', rows);
};

/** The days before the one of a boundary. To be asked in ascending order: goes once through all days. */
const dayFigures = (rows: readonly Neighbours[]): Before => {
  const { places } = grains.day;
  let over = nothing;
  let index = 0;
  return (boundary) => {
    const day = numberOf('day', boundary);
    for (let row = rows[index]; row !== undefined; row = rows[index]) {
      const within = day - row.begin;
      if (within < places) return sumOf(over, row.registered(within), row.erased(within));
      over = sumOf(over, row.registered(places), row.erased(places));
      index += 1;
    }
    return over;
  };
};

const sumOf = (one: RegistrationCount, registered: number, erased: number): RegistrationCount => ({
  registered: one.registered + registered,
  erased: one.erased + erased,
});

/** The quarter hours of a boundary's day before its own. To be asked in ascending order: a day's beginning is summed once for all its boundaries. */
const quarterFigures = (rows: readonly Neighbours[]): Before => {
  const byBegin = new Map(rows.map((row) => [row.begin, row]));
  const { places } = grains.quarter;
  let [midnight, registered, erased] = [-1, 0, 0];
  return (boundary) => {
    const quarter = numberOf('quarter', boundary);
    const row = byBegin.get(positionOf('quarter', quarter) * places);
    if (row === undefined) return nothing;
    const day = numberOf('day', boundary) * quartersPerDay;
    if (day !== midnight) {
      [midnight, registered, erased] = [day, row.registered(day - row.begin), row.erased(day - row.begin)];
    }
    const within = quarter - row.begin;
    return { registered: row.registered(within) - registered, erased: row.erased(within) - erased };
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
