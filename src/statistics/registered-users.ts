import { splitPeriod } from '../model/calendar.js';
import type { Bucket, Period } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import type { InstantRange, Page, PageRequest } from '../model/page.js';
import type { Registration } from '../model/registration.js';
import type { RegistrationsOf } from '../store/port/registrations.js';
import { countsBetween, none } from './counts-between.js';
import type { CountsBetween, RegistrationCut } from './counts-between.js';
import { periodBefore } from './period-before.js';
import { askedInstant } from './period-input.js';
import { registeredTotals } from './registered-totals.js';

/** The sentence that defines the figure, for legends and tooltips. */
export const registeredUsersDefinition =
  'Users who obtained at least one access token through a key set of this application with the password grant. ' +
  'Each user counts once, at the instant of the first such token; erased users do not count.';

export interface RegisteredUsersBucket extends Bucket {
  /** First tokens within the bucket, of users who are still there. */
  readonly newUsers: number;
  /** Registered before the bucket's end, or before `asOf` while it is open or still to come. */
  readonly totalUsers: number;
  /** First tokens within the bucket whose users were erased since: in neither figure. */
  readonly erasedUsers: number;
  /** The bucket was over at the instant of reading. */
  readonly complete: boolean;
}

/** New users of a period beside those of the period before it. */
export interface Comparison {
  readonly current: number;
  readonly previous: number;
  readonly change: number;
  /** Undefined where `previous` is 0: no percentage says what happened then. */
  readonly changePercent: number | undefined;
}

/**
 * How many users were registered before `at`; without it, or with an instant to come, how many are registered now.
 * @throws ManagementError BAD_USER_INPUT on `at`
 */
export const registeredTotal = async (cut: RegistrationCut, of: RegistrationsOf, at?: EpochMillis): Promise<number> => {
  const totals = await registeredTotals(cut, ofOne(of), at);
  return totals.get(of.applicationId) ?? 0;
};

/**
 * New, total and erased users bucket by bucket, empty buckets included: one round trip, whatever the number of users. The sum of the new
 * users from the beginning is the total, in every time zone and interval.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const registeredSeries = async (
  cut: RegistrationCut,
  of: RegistrationsOf,
  period: Period,
): Promise<readonly RegisteredUsersBucket[]> => {
  const buckets = splitPeriod(period);
  if (buckets.length === 0) return [];
  const counted = await countsBetween(cut, ofOne(of), boundariesOf(buckets));
  return foldBuckets(cut, buckets, counted.get(of.applicationId));
};

/**
 * New users of the period, widened to whole buckets, and of `periodBefore` it. While the period is open, `current` still grows.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const registeredComparison = async (
  cut: RegistrationCut,
  of: RegistrationsOf,
  period: Period,
): Promise<Comparison> => {
  const { previous, current } = periodBefore(period);
  const counted = await countsBetween(cut, ofOne(of), [previous.from, current.from, current.to]);
  const [before, now] = counted.get(of.applicationId)?.between ?? [];
  return compare(now?.registered ?? 0, before?.registered ?? 0);
};

/**
 * One page of the users behind the figure, ordered by their first token: with `to` = `asOf` the walk is as long as the total.
 * @throws ManagementError BAD_USER_INPUT when the range ends before it begins or leaves the years 1970 to 9999
 */
export const registrationPage = async (
  cut: RegistrationCut,
  of: RegistrationsOf,
  { range, request }: { readonly range: InstantRange; readonly request: PageRequest },
): Promise<Page<Registration>> => cut.registrations.page({ ...of, ...checkedRange(range) }, request);

/**
 * How many users the walk of `registrationPage` visits.
 * @throws ManagementError BAD_USER_INPUT as `registrationPage`
 */
export const registrationCount = async (
  cut: RegistrationCut,
  of: RegistrationsOf,
  range: InstantRange,
): Promise<number> => {
  const { from = 0, to = cut.asOf } = checkedRange(range);
  if (from >= to) return 0;
  const counted = await countsBetween(cut, ofOne(of), [from, to]);
  return counted.get(of.applicationId)?.between[0]?.registered ?? 0;
};

/** The edges of buckets that lie side by side. */
export const boundariesOf = (buckets: readonly Bucket[]): readonly EpochMillis[] => [
  ...buckets.slice(0, 1).map(({ start }) => start),
  ...buckets.map(({ end }) => end),
];

/** Adds up what was counted between the edges of the buckets. */
export const foldBuckets = (
  cut: { readonly readAt: EpochMillis },
  buckets: readonly Bucket[],
  counted: CountsBetween | undefined,
): readonly RegisteredUsersBucket[] => {
  let totalUsers = counted?.before.registered ?? 0;
  // Each field by its name: spreading the bucket would cost more than counting did.
  return buckets.map(({ start, end, date }, index) => {
    const { registered: newUsers, erased: erasedUsers } = counted?.between[index] ?? none;
    totalUsers += newUsers;
    return { start, end, date, newUsers, totalUsers, erasedUsers, complete: end <= cut.readAt };
  });
};

const ofOne = ({ applicationId, ...rest }: RegistrationsOf) => ({ applicationIds: [applicationId], ...rest });

const compare = (current: number, previous: number): Comparison => ({
  current,
  previous,
  change: current - previous,
  changePercent: previous === 0 ? undefined : ((current - previous) / previous) * 100,
});

const checkedRange = (range: InstantRange): InstantRange => {
  if (range.from !== undefined) askedInstant('registeredFrom', range.from);
  if (range.to !== undefined) askedInstant('registeredTo', range.to);
  if (range.from === undefined || range.to === undefined || range.from <= range.to) return range;
  throw badInput('registeredFrom', 'The range ends before it begins.');
};
