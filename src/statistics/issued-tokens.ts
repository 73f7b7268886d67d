import { splitPeriod } from '../model/calendar.js';
import type { Bucket, Period } from '../model/calendar.js';
import { dayMillis } from '../model/clock.js';
import { grantNames } from '../model/grant-name.js';
import type { GrantName } from '../model/grant-name.js';
import type { ActivityOf, TokenCount } from '../store/port/activity.js';
import type { ActivityCut } from './active-users.js';

export interface IssuedTokensBucket extends Bucket {
  readonly grantType: GrantName;
  readonly issued: number;
  /** Token requests of authenticated clients that were answered with an error. */
  readonly refused: number;
  /** The bucket was over when it was read. */
  readonly complete: boolean;
}

/**
 * Tokens issued and refused, by bucket and then grant type, zeros included. Counted by quarter hours and written within a second: a crash
 * loses at most the last second.
 * @throws ManagementError BAD_USER_INPUT as `splitPeriod`
 */
export const issuedTokens = async (
  cut: ActivityCut,
  of: ActivityOf,
  period: Period,
): Promise<readonly IssuedTokensBucket[]> => {
  const buckets = splitPeriod(period);
  const sums = await sumsOf(cut, of, buckets);
  return buckets.flatMap(({ start, end, date }, index) =>
    grantNames.map((grantType) => {
      const { issued, refused } = sums[index]?.get(grantType) ?? none;
      return { start, end, date, grantType, issued, refused, complete: end <= cut.readAt };
    }),
  );
};

const none = { issued: 0, refused: 0 };

type Sums = Map<GrantName, { issued: number; refused: number }>;

/** Quarter hours arrive in order, so that one walk over the buckets is enough. */
const sumsOf = async (cut: ActivityCut, of: ActivityOf, buckets: readonly Bucket[]): Promise<readonly Sums[]> => {
  const sums = buckets.map((): Sums => new Map());
  let index = 0;
  for await (const count of tokenCounts(cut, of, buckets)) {
    while ((buckets[index]?.end ?? Infinity) <= count.start) index += 1;
    const sum = sums[index];
    if (sum !== undefined) add(sum, count);
  }
  return sums;
};

const add = (sums: Sums, { grantType, issued, refused }: TokenCount): void => {
  const sum = sums.get(grantType) ?? none;
  sums.set(grantType, { issued: sum.issued + issued, refused: sum.refused + refused });
};

/** A year of quarter hours is read in slices, so that it neither fills the memory nor holds up a login. */
async function* tokenCounts(cut: ActivityCut, of: ActivityOf, buckets: readonly Bucket[]): AsyncGenerator<TokenCount> {
  const end = Math.min(buckets.at(-1)?.end ?? 0, cut.readAt + 1);
  for (let from = Math.max(buckets[0]?.start ?? 0, nothingBefore); from < end; from += sliceMillis) {
    yield* await cut.activity.tokenCounts({ ...of, from, to: Math.min(from + sliceMillis, end) });
  }
}

const sliceMillis = 32 * dayMillis;
/** The first version counted its first token after this instant. */
const nothingBefore = Date.UTC(2026, 0, 1);
