import type { Interval, Period } from '../model/calendar.js';
import { lastInstant, type EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import { timeZone } from '../model/time-zone.js';

/** A period as a caller gives it. */
export interface PeriodInput {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
  readonly interval: Interval;
  /** IANA name; absent: the server's setting. */
  readonly timeZone?: string | null | undefined;
}

/**
 * The period with its zone's rules. Its instants are looked at where it is split.
 * @throws ManagementError BAD_USER_INPUT on `period.timeZone`
 */
export const periodOf = (input: PeriodInput, defaultTimeZone: string): Period => ({
  from: input.from,
  to: input.to,
  interval: input.interval,
  timeZone: timeZone(input.timeZone ?? defaultTimeZone, 'period.timeZone'),
});

/**
 * An instant that figures can be asked for.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const askedInstant = (field: string, at: EpochMillis): EpochMillis => {
  if (at >= 0 && at <= lastInstant) return at;
  throw badInput(field, 'Give an instant of the years 1970 to 9999.');
};
