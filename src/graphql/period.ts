import { Field, InputType } from 'type-graphql';
import { bucketLimit, type Interval, type Period } from '../model/calendar.js';
import { hourMillis, type EpochMillis } from '../model/clock.js';
import { periodOf } from '../statistics/period-input.js';
import { IntervalEnum } from './enums.js';
import type { OperationContext } from './operation-context.js';
import { DateTimeScalar, TimeZoneScalar } from './scalars.js';

/** Midnight in UTC is within a day of most zones, and would bring one bucket more. */
const offsetSentence = ': where a bucket begins, with the offset of the time zone, like 2026-05-01T00:00:00+05:45.';

@InputType('PeriodInput', {
  description:
    'A half-open period [from, to), widened to whole buckets of its interval; at most 1,000 of them. `from` equal to `to` gives none.',
})
export class PeriodInput {
  @Field(() => DateTimeScalar, { description: `The first instant, of the years 1970 to 9999${offsetSentence}` })
  from!: EpochMillis;

  @Field(() => DateTimeScalar, {
    description: `The first instant after it, of the years 1970 to 9999${offsetSentence}`,
  })
  to!: EpochMillis;

  @Field(() => IntervalEnum, { defaultValue: 'DAY', description: 'Length of a bucket.' })
  interval!: Interval;

  @Field(() => TimeZoneScalar, {
    nullable: true,
    description: "Whose calendar makes the buckets. Absent: the server's statisticsTimeZone.",
  })
  timeZone?: string | null;
}

export const periodDescription = 'Which buckets.';

export const askedPeriod = ({ deps }: OperationContext, period: PeriodInput): Period =>
  periodOf(period, deps.statisticsTimeZone);

/**
 * As `askedPeriod`, of a field that answers with a row for each bucket, or with several.
 * @throws ManagementError QUERY_TOO_COMPLEX
 */
export const askedSeries = (context: OperationContext, period: PeriodInput, rowsPerBucket = 1): Period => {
  context.noteRows(bucketEstimate(period) * rowsPerBucket, 1);
  return askedPeriod(context, period);
};

const shortest: Readonly<Record<Interval, number>> = {
  HOUR: hourMillis,
  DAY: 23 * hourMillis,
  WEEK: (7 * 24 - 1) * hourMillis,
  MONTH: (28 * 24 - 1) * hourMillis,
  QUARTER: (90 * 24 - 1) * hourMillis,
  YEAR: (365 * 24 - 1) * hourMillis,
};

/** At least as many buckets as a period has, without its calendar: what a series costs is known before it runs. */
export const bucketEstimate = (period: PeriodInput | undefined): number => {
  if (period === undefined) return bucketLimit;
  const { from, to, interval } = period;
  return Math.min(Math.max(Math.ceil((to - from) / shortest[interval]) + 1, 0), bucketLimit);
};

/** Cost of one row of figures (`operation-limits`). */
export const rowCost = 0.2;

/** Of a field with a period, before it runs. */
export interface PeriodArguments {
  readonly args: { readonly period?: PeriodInput };
}

/** What a series costs: its reading and its rows. */
export const seriesCost =
  (base: number, rowsPerBucket = 1) =>
  ({ args }: PeriodArguments): number =>
    base + bucketEstimate(args.period) * rowsPerBucket * rowCost;
