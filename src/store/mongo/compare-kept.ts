import { utcDayOf, utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { KeptDay, RegistrationsOf } from '../port/registrations.js';
import type { Cut } from './cut.js';
import type { KeptDocument } from './documents.js';
import { keptFigures, rangeOf, type KeptFigures } from './kept-figures.js';
import { firstDayOf, monthOf, scopeOf } from './kept-periods.js';
import { countLive, type Range } from './live-counts.js';
import { requestTime } from './request-time.js';

type Query = RegistrationsOf & Range;

/**
 * What is not closed is counted whenever it is asked for, so that there its rows are what is kept. What is closed will be believed, also of a day
 * that is still to be closed.
 */
export const compareKept = async (cut: Cut, query: Query): Promise<readonly KeptDay[]> => {
  const days = { from: Math.ceil(query.from / utcDayStart(1)), to: Math.ceil(query.to / utcDayStart(1)) };
  if (days.from >= days.to) return [];
  requestTime.takeLong();
  const kept = await readKept(cut, query, days);
  const counted = await countDays(cut, query, days);
  const wrongMonths = await findWrongMonths(cut, query, kept);
  const keptDays = new Map(kept.filter(({ grain }) => grain === 'DAY').map((day) => [day.period, day]));
  return [...new Set([...keptDays.keys(), ...counted.keys(), ...wrongMonths.map(firstDayOf)])]
    .sort((a, b) => a - b)
    .map((day) => {
      const rows = counted.get(day) ?? nothing;
      const document = keptDays.get(day);
      const isLive = document === undefined ? day > cut.through : document.closed === undefined;
      const figures = isLive ? rows : (document ?? nothing);
      return {
        start: utcDayStart(day),
        kept: totals(figures),
        counted: totals(rows),
        quartersAgree: agree(figures, rows) && !wrongMonths.some((month) => firstDayOf(month) === day),
      };
    })
    .filter(
      ({ kept: figures, counted: rows, quartersAgree }) => !isNothing(figures) || !isNothing(rows) || !quartersAgree,
    );
};

interface Days {
  readonly from: UtcDay;
  readonly to: UtcDay;
}

const nothing: KeptFigures = { registered: 0, erased: 0 };

const totals = ({ registered = 0, erased = 0 }: KeptFigures) => ({ registered, erased });

const isNothing = ({ registered, erased }: { readonly registered: number; readonly erased: number }): boolean =>
  registered === 0 && erased === 0;

const agree = (one: KeptFigures, other: KeptFigures): boolean =>
  sameCounts(one.registeredQuarters, other.registeredQuarters) && sameCounts(one.erasedQuarters, other.erasedQuarters);

const sameCounts = (one: readonly number[] = [], other: readonly number[] = []): boolean =>
  Array.from({ length: Math.max(one.length, other.length) }, (_, index) => index).every(
    (index) => (one[index] ?? 0) === (other[index] ?? 0),
  );

/** The days, and the months that begin with one of them. */
const readKept = ({ collections, session }: Cut, query: Query, days: Days): Promise<readonly KeptDocument[]> => {
  const [month, behindMonth] = [monthOf(days.from - 1) + 1, monthOf(days.to - 1) + 1];
  const condition = {
    applicationId: query.applicationId,
    scope: scopeOf(query.environment),
    $or: [
      { grain: 'DAY' as const, period: { $gte: days.from, $lt: days.to } },
      { grain: 'MONTH' as const, period: { $gte: month, $lt: behindMonth } },
    ],
  };
  return collections.run(() => collections.kept.find(condition).session(session).lean<KeptDocument[]>());
};

const countDays = async (cut: Cut, query: Query, days: Days): Promise<ReadonlyMap<UtcDay, KeptFigures>> => {
  const range = { from: utcDayStart(days.from), to: utcDayStart(days.to) };
  const counts = await countIn(cut, query, range);
  const counted = new Set(counts.map(({ at }) => utcDayOf(at)));
  return new Map([...counted].map((day) => [day, keptFigures({ grain: 'DAY', period: day }, counts)]));
};

const countIn = ({ collections, session }: Cut, { applicationId, environment }: RegistrationsOf, range: Range) =>
  countLive(
    collections,
    { scope: scopeOf(environment), ranges: [{ applicationIds: [applicationId], range }] },
    session,
  );

/** A month whose totals differ shows at its first day: a kept day has no other place for it. */
const findWrongMonths = async (cut: Cut, query: Query, kept: readonly KeptDocument[]): Promise<readonly number[]> => {
  const wrong: number[] = [];
  for (const month of kept.filter(({ grain, closed }) => grain === 'MONTH' && closed === true)) {
    const counted = keptFigures(month, await countIn(cut, query, rangeOf(month)));
    if (counted.registered !== month.registered || counted.erased !== month.erased) wrong.push(month.period);
  }
  return wrong;
};
