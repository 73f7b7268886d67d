import type { EpochMillis } from '../model/clock.js';
import { utcDayOf, utcDayStart } from '../model/quarter-hour.js';
import type { RegistrationsOf } from '../store/port/registrations.js';
import type { Snapshot } from '../store/port/store.js';
import { comparer } from './statistics-difference.js';
import type { StatisticsDifference } from './statistics-difference.js';
import { dayDifferences } from './verify-slice.js';

/** What no slice reaches: registrations before 1970 and after `asOf`, which no figure counts, and what is kept of such days. */
export const verifyBeyond = async (cut: Snapshot, of: RegistrationsOf): Promise<readonly StatisticsDifference[]> => {
  const ahead = utcDayStart(utcDayOf(cut.asOf) + 1);
  const extent = await cut.registrations.extent(of);
  const side = async (figure: string, { from, to, ...range }: Side): Promise<readonly StatisticsDifference[]> => {
    const days = await cut.registrations.compareKept({ ...of, from, to });
    const rows = days.reduce((sum, { counted }) => sum + counted.registered + counted.erased, 0);
    // Those that not even a date can tell are counted as one.
    const found = rows + (range.isExceeded ? 1 : 0);
    return [...days.flatMap((day) => dayDifferences(of, day)), ...comparer(of)(figure, 0, found)];
  };
  return [
    ...(await side('registrations before 1970', {
      from: -farthest,
      to: 0,
      isExceeded: (extent?.first ?? 0) < -farthest,
    })),
    ...(await side('registrations after asOf', {
      from: ahead,
      to: farthest,
      isExceeded: (extent?.last ?? 0) >= farthest,
    })),
  ];
};

interface Side {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
  readonly isExceeded: boolean;
}

/** A month less than a date reaches from 1970 (ECMA-262 §21.4.1.1), so that the month of its day has an end. */
const farthest: EpochMillis = utcDayStart(100_000_000 - 31);
