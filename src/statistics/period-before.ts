import { splitPeriod } from '../model/calendar.js';
import type { Period } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { hourStart, localDayAt, startOfLocalDay } from '../model/local-time.js';
import type { TimeZone } from '../model/time-zone.js';
import { isFirstOfMonth, monthAfter, monthsBetween } from './local-day.js';

interface Span {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

/**
 * A period, widened to whole buckets, and the one before it of the same local length, which ends where it begins. The length is counted in the
 * calendar of the zone: in months when the period begins and ends with a month (in weeks where its buckets are weeks), else in days when it begins
 * and ends with a day, else in local hours. So March is compared with February and a year with the year before, whatever their numbers of
 * days, and a day of 23 or 25 hours is a day.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const periodBefore = (period: Period): { readonly previous: Span; readonly current: Span } => {
  const buckets = splitPeriod(period);
  const current = { from: buckets[0]?.start ?? period.from, to: buckets.at(-1)?.end ?? period.from };
  const previous = { from: startBefore(period, current, buckets.length), to: current.from };
  return { previous, current };
};

const startBefore = ({ interval, timeZone: zone }: Period, { from, to }: Span, buckets: number): EpochMillis => {
  const first = localDayAt(zone, from);
  const next = localDayAt(zone, to);
  const wholeDays = startOfLocalDay(zone, first) === from && startOfLocalDay(zone, next) === to;
  if (!wholeDays) return hoursBefore(zone, from, buckets);
  // The weeks of a February can begin and end with it; those of the month before do not begin with that.
  const wholeMonths = interval !== 'WEEK' && isFirstOfMonth(first) && isFirstOfMonth(next);
  if (!wholeMonths) return startOfLocalDay(zone, first - (next - first));
  return startOfLocalDay(zone, monthAfter(first, -monthsBetween(first, next)));
};

/** Only hours do not begin and end with days, so that as many hours as buckets are meant. */
const hoursBefore = (zone: TimeZone, from: EpochMillis, hours: number): EpochMillis => {
  let start = from;
  for (let hour = 0; hour < hours; hour += 1) start = hourStart(zone, start - 1);
  return start;
};
