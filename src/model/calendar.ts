import { dayMillis, lastInstant, type EpochMillis } from './clock.js';
import { badInput } from './management-error.js';
import { hourAfter, hourStart, localDayAt, startOfLocalDay, type LocalDay } from './local-time.js';
import type { TimeZone } from './time-zone.js';

export const intervals = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type Interval = (typeof intervals)[number];

/** Half-open `[from, to)`, widened to whole buckets. */
export interface Period {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
  readonly interval: Interval;
  readonly timeZone: TimeZone;
}

/** `[start of a local hour, day, week …, start of the next)`. */
export interface Bucket {
  readonly start: EpochMillis;
  readonly end: EpochMillis;
  /** The local date on which it begins, YYYY-MM-DD. */
  readonly date: string;
}

export const bucketLimit = 1000;

/**
 * Splits a period into buckets without gap or overlap, by the zone's own rules: days have 23, 24 or 25 hours, an hour that is
 * lived twice is two buckets, a day that never was is none. A bucket begins when its local date or hour is reached for the first time.
 * `from` = `to` gives none.
 * @throws ManagementError BAD_USER_INPUT on `period.from` or `period.to`: turned round, outside 1970 to 9999, too many buckets
 */
export const splitPeriod = (period: Period): readonly Bucket[] => {
  checkPeriod(period);
  if (period.from === period.to) return [];
  const walk = period.interval === 'HOUR' ? hours(period.timeZone) : calendarDays(period.interval, period.timeZone);
  const buckets: Bucket[] = [];
  for (let start = walk.startOf(period.from); start.at < period.to;) {
    if (buckets.length === bucketLimit) throw tooMany();
    const next = walk.after(start);
    // A day that the zone skipped begins when the next one does: it is no bucket.
    if (next.at > start.at) buckets.push({ start: start.at, end: next.at, date: isoDate(start.day) });
    start = next;
  }
  if ((buckets.at(-1)?.end ?? 0) > lastInstant)
    throw badInput('period.to', 'The last bucket would end after the year 9999.');
  return buckets;
};

interface Start {
  readonly at: EpochMillis;
  readonly day: LocalDay;
}

interface Walk {
  /** The start of the bucket that holds an instant. */
  startOf(at: EpochMillis): Start;
  after(start: Start): Start;
}

interface CalendarRule {
  /** The first day of the unit that holds a day. */
  floor(day: LocalDay): LocalDay;
  /** The first day of the unit after the one that begins on `first`. */
  next(first: LocalDay): LocalDay;
  /** No unit is longer, not even with a clock change in it. */
  readonly longestDays: number;
}

const months = (count: number): CalendarRule => ({
  floor: (day) => {
    const { year, month } = civil(day);
    return firstOfMonth(year, month - (month % count));
  },
  next: (first) => {
    const { year, month } = civil(first);
    return firstOfMonth(year, month + count);
  },
  longestDays: count * 31 + 2,
});

const rules: Readonly<Record<Exclude<Interval, 'HOUR'>, CalendarRule>> = {
  DAY: { floor: (day) => day, next: (first) => first + 1, longestDays: 3 },
  // 1970-01-01 was a Thursday, weeks begin on Monday (ISO 8601).
  WEEK: { floor: (day) => Math.floor((day + 3) / 7) * 7 - 3, next: (first) => first + 7, longestDays: 9 },
  MONTH: months(1),
  QUARTER: months(3),
  YEAR: months(12),
};

const checkPeriod = ({ from, to, interval }: Period): void => {
  if (!(from >= 0 && from <= lastInstant)) throw badInput('period.from', 'Give an instant of the years 1970 to 9999.');
  if (!(to >= 0 && to <= lastInstant)) throw badInput('period.to', 'Give an instant of the years 1970 to 9999.');
  if (from > to) throw badInput('period.from', 'The period ends before it begins.');
  const longest = interval === 'HOUR' ? dayMillis : rules[interval].longestDays * dayMillis;
  if (to - from > bucketLimit * longest) throw tooMany();
};

const tooMany = () =>
  badInput('period.to', `The period has more than ${bucketLimit} buckets: shorten it or choose a longer interval.`);

const hours = (zone: TimeZone): Walk => {
  const start = (at: EpochMillis): Start => ({ at, day: localDayAt(zone, at) });
  return {
    startOf: (at) => start(hourStart(zone, at)),
    after: ({ at }) => start(hourAfter(zone, at)),
  };
};

const calendarDays = (interval: Exclude<Interval, 'HOUR'>, zone: TimeZone): Walk => {
  const rule = rules[interval];
  const start = (day: LocalDay): Start => ({ at: startOfLocalDay(zone, day), day });
  const after = ({ day }: Start): Start => start(rule.next(day));
  return { startOf: (at) => startHolding(at, start(rule.floor(localDayAt(zone, at))), after), after };
};

/** Where clocks go back over midnight, the old date comes a second time: these minutes belong to the new day, which began before them. */
const startHolding = (at: EpochMillis, start: Start, after: (start: Start) => Start): Start => {
  const next = after(start);
  return next.at <= at ? next : start;
};

const civil = (day: LocalDay): { readonly year: number; readonly month: number } => {
  const date = new Date(day * dayMillis);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() };
};

const firstOfMonth = (year: number, month: number): LocalDay => Date.UTC(year, month, 1) / dayMillis;

const isoDate = (day: LocalDay): string => new Date(day * dayMillis).toISOString().slice(0, 10);
