import { quarterMillis, utcDayStart } from '../../model/quarter-hour.js';
import type { RegistrationCount } from '../port/registrations.js';
import type { KeptDocument } from './documents.js';
import { endDayOf, startDayOf, type KeptPeriod } from './kept-periods.js';
import type { LiveCount, Range } from './live-counts.js';

export type KeptFigures = Pick<KeptDocument, 'registered' | 'erased' | 'registeredQuarters' | 'erasedQuarters'>;

export const rangeOf = (period: Pick<KeptPeriod, 'grain' | 'period'>): Range => ({
  from: utcDayStart(startDayOf(period)),
  to: utcDayStart(endDayOf(period)),
});

/** What is kept of a period, from counts of its application and scope that may hold more than the period. */
export const keptFigures = (
  period: Pick<KeptPeriod, 'grain' | 'period'>,
  counts: readonly LiveCount[],
): KeptFigures => {
  const { from, to } = rangeOf(period);
  const own = counts.filter(({ at }) => at >= from && at < to);
  const totals = { registered: sum(own, 'registered'), erased: sum(own, 'erased') };
  if (period.grain === 'MONTH') return totals;
  return {
    ...totals,
    ...(totals.registered > 0 && { registeredQuarters: quarters(own, 'registered', from) }),
    ...(totals.erased > 0 && { erasedQuarters: quarters(own, 'erased', from) }),
  };
};

const sum = (counts: readonly LiveCount[], which: keyof RegistrationCount): number =>
  counts.reduce((total, count) => total + count[which], 0);

/** Up to the last quarter hour that is not 0. */
const quarters = (counts: readonly LiveCount[], which: keyof RegistrationCount, dayStart: number): number[] => {
  const counted = new Map(counts.map((count) => [(count.at - dayStart) / quarterMillis, count[which]]));
  const last = Math.max(...[...counted].filter(([, count]) => count > 0).map(([quarter]) => quarter));
  return Array.from({ length: last + 1 }, (_, quarter) => counted.get(quarter) ?? 0);
};
