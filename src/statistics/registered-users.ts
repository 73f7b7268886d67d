import type { KeyEnvironment } from '../model/application.js';
import { splitPeriod } from '../model/calendar.js';
import type { Bucket, Period } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import type { InstantRange, Page, PageRequest } from '../model/page.js';
import type { Registration } from '../model/registration.js';
import type { RegistrationQuery, RegistrationReader } from '../store/port/registrations.js';

/** The sentence that defines the figure, for legends and tooltips. */
export const registeredUsersDefinition =
  'Users who obtained at least one access token through a key set of this application with the password grant. ' +
  'Each user counts once, at the instant of the first such token; erased users do not count.';

/** Whose registered users: those of an application as a whole, or of one of its environments. */
export interface RegisteredUsersOf {
  readonly applicationId: string;
  /** Absent: the whole, in which a user of both environments counts once. */
  readonly environment?: KeyEnvironment;
}

/** What the figures are read from: everything asked of one cut agrees. A `Snapshot` is one. */
export interface RegistrationCut {
  readonly asOf: EpochMillis;
  readonly registrations: RegistrationReader;
}

export interface RegisteredUsersBucket extends Bucket {
  /** First tokens within the bucket. */
  readonly newUsers: number;
  /** Registered before the bucket's end, or before `asOf` while it is open. */
  readonly totalUsers: number;
  /** The bucket was over when it was read. */
  readonly complete: boolean;
}

/** How many users were registered before `at`; without it, or with an instant to come, how many are registered now. */
export const registeredTotal = async (cut: RegistrationCut, of: RegisteredUsersOf, at?: EpochMillis): Promise<number> =>
  countIn(cut, { ...of, to: pastOf(cut, at) });

/**
 * New and total users bucket by bucket, empty buckets included: one round trip, whatever the number of users. The sum of the new
 * users from the beginning is the total, in every time zone and interval.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const registeredSeries = async (
  cut: RegistrationCut,
  of: RegisteredUsersOf,
  period: Period,
): Promise<readonly RegisteredUsersBucket[]> => {
  const buckets = splitPeriod(period);
  const [first] = buckets;
  if (first === undefined) return [];
  const begun = buckets.filter(({ start }) => start < cut.asOf);
  const [before = 0, ...newUsers] = await cut.registrations.counts([
    { ...of, to: pastOf(cut, first.start) },
    ...begun.map(({ start, end }) => ({ ...of, from: start, to: pastOf(cut, end) })),
  ]);
  return fold(buckets, { before, newUsers, asOf: cut.asOf });
};

/**
 * One page of the users behind the figure, ordered by their first token: with `to` = `asOf` the walk is as long as the total.
 * @throws ManagementError BAD_USER_INPUT when the range ends before it begins
 */
export const registrationPage = async (
  cut: RegistrationCut,
  of: RegisteredUsersOf,
  { range, request }: { readonly range: InstantRange; readonly request: PageRequest },
): Promise<Page<Registration>> => cut.registrations.page(within(cut, of, range), request);

/** How many users the walk of `registrationPage` visits. */
export const registrationCount = async (
  cut: RegistrationCut,
  of: RegisteredUsersOf,
  range: InstantRange,
): Promise<number> => countIn(cut, within(cut, of, range));

/** Nothing is known of what comes after the cut, so that a figure asked for the future is the one of now. */
const pastOf = (cut: RegistrationCut, at: EpochMillis = cut.asOf): EpochMillis => Math.min(at, cut.asOf);

const countIn = async (cut: RegistrationCut, query: RegistrationQuery): Promise<number> => {
  const [count = 0] = await cut.registrations.counts([query]);
  return count;
};

const within = (cut: RegistrationCut, of: RegisteredUsersOf, range: InstantRange): RegistrationQuery => {
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw badInput('registeredFrom', 'The range ends before it begins.');
  }
  return { ...of, ...range, to: pastOf(cut, range.to) };
};

const fold = (
  buckets: readonly Bucket[],
  counted: { readonly before: number; readonly newUsers: readonly number[]; readonly asOf: EpochMillis },
): readonly RegisteredUsersBucket[] => {
  let totalUsers = counted.before;
  return buckets.map((bucket, index) => {
    const newUsers = counted.newUsers[index] ?? 0;
    totalUsers += newUsers;
    return { ...bucket, newUsers, totalUsers, complete: bucket.end <= counted.asOf };
  });
};
