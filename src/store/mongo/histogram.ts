import type { EpochMillis } from '../../model/clock.js';
import { quarterMillis, utcDayOf, utcDayStart } from '../../model/quarter-hour.js';
import type { Histogram, RegistrationCount } from '../port/registrations.js';
import type { Cut } from './cut.js';
import type { KeptDocument } from './documents.js';
import { rangeOf } from './kept-figures.js';
import { endDayOf, firstDayOf, monthOf, scopeOf, startDayOf } from './kept-periods.js';
import type { Condition } from './listing.js';
import { countLive, type LiveQuery, type Range } from './live-counts.js';
import { createSegments, type Segments } from './segments.js';

/**
 * Months that end before the first boundary's month count by their kept totals, then days, then quarter hours where a boundary cuts a day. What is not
 * closed, and a quarter hour that a boundary cuts, is counted from the rows' index. Two reads, and a third while a change of history runs.
 */
export const histogramOf = async (
  cut: Cut,
  histogram: Histogram,
): Promise<ReadonlyMap<string, readonly RegistrationCount[]>> => {
  const segments = createSegments(histogram);
  const kept = await readKept(cut, histogram, segments);
  const ranges: LiveQuery['ranges'] = [
    ...rangesOf([...openDays(kept), ...keptCounts(kept, segments)]),
    ...tail(cut, histogram),
  ];
  const query = { scope: scopeOf(histogram.environment), ranges, cut: segments.cutQuarters };
  for (const { applicationId, at, ...count } of await countLive(cut.collections, query, cut.session)) {
    segments.add(applicationId, at, count);
  }
  return segments.counts;
};

const readKept = async (
  cut: Cut,
  { applicationIds, environment, boundaries }: Histogram,
  segments: Segments,
): Promise<readonly KeptDocument[]> => {
  const read = (periods: Condition): Promise<KeptDocument[]> => {
    const condition = { applicationId: { $in: [...applicationIds] }, scope: scopeOf(environment), ...periods };
    return cut.collections.run(() =>
      cut.collections.kept
        .find(condition)
        .select(segments.cutsDays ? allFields : totalFields)
        .session(cut.session)
        .lean<KeptDocument[]>(),
    );
  };
  const [first = 0, last = first] = [boundaries[0], boundaries.at(-1)];
  const month = Math.min(monthOf(utcDayOf(first)), monthOf(cut.through + 1));
  const days = { $gte: firstDayOf(month), $lt: Math.min(cut.through + 1, utcDayOf(last - 1) + 1) };
  const found = await read({
    $or: [
      { grain: 'MONTH', period: { $lt: month } },
      { grain: 'DAY', period: days },
    ],
  });
  const openMonths = found.filter(({ grain, closed }) => grain === 'MONTH' && closed === undefined);
  if (openMonths.length === 0) return found;
  // Of all applications asked for, though most have closed that month: filtered again here.
  const daysOfMonths = await read({ $or: openMonths.map(daysOf) });
  return [...found.filter((period) => !openMonths.includes(period)), ...daysOfMonths];
};

const daysOf = (month: KeptDocument): Condition => ({
  applicationId: month.applicationId,
  grain: 'DAY',
  period: { $gte: startDayOf(month), $lt: endDayOf(month) },
});

const totalFields = 'applicationId grain period closed registered erased';
const allFields = `${totalFields} registeredQuarters erasedQuarters`;

interface Place {
  readonly applicationId: string;
  readonly range: Range;
}

const openDays = (kept: readonly KeptDocument[]): readonly Place[] =>
  kept
    .filter(({ closed }) => closed === undefined)
    .map((period) => ({ applicationId: period.applicationId, range: rangeOf(period) }));

/** Adds what is kept; returns the quarter hours that are cut and hold anything. */
const keptCounts = (kept: readonly KeptDocument[], segments: Segments): readonly Place[] =>
  kept.filter(({ closed }) => closed === true).flatMap((period) => keptCountsOf(period, segments));

const keptCountsOf = (period: KeptDocument, segments: Segments): readonly Place[] => {
  const { applicationId, registered = 0, erased = 0, registeredQuarters = [], erasedQuarters = [] } = period;
  const { from, to } = rangeOf(period);
  if (!segments.cuts(from, to)) {
    segments.add(applicationId, from, { registered, erased });
    return [];
  }
  const length = Math.max(registeredQuarters.length, erasedQuarters.length);
  return Array.from({ length }, (_, quarter) => quarter).flatMap((quarter) => {
    const start = from + quarter * quarterMillis;
    const count = { registered: registeredQuarters[quarter] ?? 0, erased: erasedQuarters[quarter] ?? 0 };
    if (count.registered + count.erased === 0) return [];
    if (segments.cuts(start, start + quarterMillis)) {
      return [{ applicationId, range: { from: start, to: start + quarterMillis } }];
    }
    segments.add(applicationId, start, count);
    return [];
  });
};

/** What is not closed at all. */
const tail = ({ through }: Cut, { applicationIds, boundaries }: Histogram): LiveQuery['ranges'] => {
  const range = { from: utcDayStart(through + 1), to: boundaries.at(-1) ?? 0 };
  return range.from < range.to ? [{ applicationIds, range }] : [];
};

/** Neighbouring ranges of an application become one, and applications with the same range share it. */
const rangesOf = (places: readonly Place[]): LiveQuery['ranges'] => {
  const shared = new Map<string, { readonly applicationIds: string[]; readonly range: Range }>();
  for (const { applicationId, range } of merged(places)) {
    const key = `${range.from} ${range.to}`;
    const known = shared.get(key);
    if (known === undefined) shared.set(key, { applicationIds: [applicationId], range });
    else known.applicationIds.push(applicationId);
  }
  return [...shared.values()];
};

const merged = (places: readonly Place[]): readonly Place[] => {
  const byStart = [...places].sort((a, b) => a.range.from - b.range.from);
  const last = new Map<
    string,
    { readonly applicationId: string; range: { readonly from: EpochMillis; to: EpochMillis } }
  >();
  const result: Place[] = [];
  for (const { applicationId, range } of byStart) {
    const previous = last.get(applicationId);
    if (previous?.range.to === range.from) {
      previous.range.to = range.to;
      continue;
    }
    const place = { applicationId, range: { ...range } };
    last.set(applicationId, place);
    result.push(place);
  }
  return result;
};
