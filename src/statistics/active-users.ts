import { splitPeriod } from '../model/calendar.js';
import type { Bucket, Period } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { localDayAt, startOfLocalDay } from '../model/local-time.js';
import { badInput } from '../model/management-error.js';
import type { TimeZone } from '../model/time-zone.js';
import type { ActivityOf, ActivityReader } from '../store/port/activity.js';
import { askedLocalDay } from './local-day.js';

/** What activity is read from. A `Snapshot` is one. */
export interface ActivityCut {
  readonly readAt: EpochMillis;
  readonly activity: ActivityReader;
}

/** Days of a window, the last of which is the date asked for. */
export const activeWindows = { daily: 1, weekly: 7, monthly: 30 } as const;
export type ActiveWindow = keyof typeof activeWindows;

export interface ActiveUsersAt {
  /** The last day of the window, YYYY-MM-DD in the zone; absent: the day of the reading. */
  readonly date?: string | null | undefined;
  readonly timeZone: TimeZone;
}

export interface ActiveUsersBucket extends Bucket {
  readonly activeUsers: number;
  /** The bucket was over when it was read. */
  readonly complete: boolean;
}

/**
 * Distinct users who obtained any token as themselves in the local days of a rolling window. Activity is kept by quarter hours and
 * written within a second.
 * @throws ManagementError BAD_USER_INPUT on `date`: no date, or one that has not begun
 */
export const activeUsers = async (
  cut: ActivityCut,
  of: ActivityOf,
  { window, date, timeZone }: ActiveUsersAt & { readonly window: ActiveWindow },
): Promise<number> => {
  const today = localDayAt(timeZone, cut.readAt);
  const day = date === undefined || date === null ? today : askedLocalDay('date', date);
  if (day > today) throw badInput('date', 'This day has not begun in the time zone: give today or a day before.');
  const from = startOfLocalDay(timeZone, day + 1 - activeWindows[window]);
  const [users = 0] = await cut.activity.activeUsers({
    ...of,
    ranges: [{ from, to: startOfLocalDay(timeZone, day + 1) }],
  });
  return users;
};

/**
 * Distinct active users bucket by bucket, empty ones included. They do not add up: a user of two buckets counts in both.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const activeUsersSeries = async (
  cut: ActivityCut,
  of: ActivityOf,
  period: Period,
): Promise<readonly ActiveUsersBucket[]> => {
  const buckets = splitPeriod(period);
  const ranges = buckets.filter(({ start }) => start <= cut.readAt).map(({ start, end }) => ({ from: start, to: end }));
  const users = ranges.length === 0 ? [] : await cut.activity.activeUsers({ ...of, ranges });
  return buckets.map(({ start, end, date }, index) => ({
    start,
    end,
    date,
    activeUsers: users[index] ?? 0,
    complete: end <= cut.readAt,
  }));
};
