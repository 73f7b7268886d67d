import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import { quarterMillis, utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { TokenCount } from './activity.js';

/** What is read of a `TokenTally`, of whichever server and environment. */
export interface StoredTally {
  readonly day: UtcDay;
  readonly grantType: GrantName;
  readonly quarters: readonly { readonly quarter: number; readonly issued: number; readonly refused: number }[];
}

/** What `ActivityReader.tokenCounts` answers: the sums by grant type and quarter hour of those that start in `[from, to)`, ordered by start. */
export const sumTallies = (
  tallies: readonly StoredTally[],
  { from, to }: { readonly from: EpochMillis; readonly to: EpochMillis },
): readonly TokenCount[] => {
  const sums = new Map<string, TokenCount>();
  for (const { day, grantType, quarters } of tallies) {
    for (const { quarter, issued, refused } of quarters) {
      const start = utcDayStart(day) + quarter * quarterMillis;
      if (start < from || start >= to) continue;
      const key = `${grantType} ${start}`;
      const sum = sums.get(key);
      sums.set(key, {
        grantType,
        start,
        issued: issued + (sum?.issued ?? 0),
        refused: refused + (sum?.refused ?? 0),
      });
    }
  }
  return [...sums.values()].sort((a, b) => a.start - b.start);
};
