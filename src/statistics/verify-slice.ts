import type { EpochMillis } from '../model/clock.js';
import type { Position } from '../model/page.js';
import { utcDayOf, utcDayStart } from '../model/quarter-hour.js';
import type { Registration } from '../model/registration.js';
import type { KeptDay, RegistrationsOf } from '../store/port/registrations.js';
import type { Snapshot } from '../store/port/store.js';
import { countsBetween } from './counts-between.js';
import { comparer, isoDay } from './statistics-difference.js';
import type { StatisticsDifference } from './statistics-difference.js';

/** Whole UTC days. */
interface Days {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

export interface CheckedSlice {
  /** Where the next one begins. */
  readonly to: EpochMillis;
  readonly registrations: number;
  readonly differences: readonly StatisticsDifference[];
}

/** Checks the first days of the range, as many as have few rows. */
export const verifySlice = async (cut: Snapshot, of: RegistrationsOf, range: Days): Promise<CheckedSlice> => {
  const slice = { from: range.from, to: await sliceEnd(cut, of, range) };
  const days = await cut.registrations.compareKept({ ...of, ...slice });
  const registered = days.reduce((sum, { counted }) => sum + counted.registered, 0);
  const erased = days.reduce((sum, { counted }) => sum + counted.erased, 0);
  const between = (await counted(cut, of, [slice.from, slice.to]))[0];
  const listed = await walk(cut, of, slice);
  const within = ` ${isoDay(slice.from)}/${isoDay(slice.to)}`;
  const differ = comparer(of);
  const differences = [
    ...days.flatMap((day) => dayDifferences(of, day)),
    ...differ(`series${within}`, between?.registered ?? 0, registered),
    ...differ(`series erased${within}`, between?.erased ?? 0, erased),
    ...differ(`list${within}`, listed.length, registered),
    ...differ(`list order${within}`, listed.inOrder, listed.length),
    ...differ(`union of environments${within}`, listed.united, listed.length),
    ...differ(`users of the list${within}`, listed.users, listed.length),
  ];
  return { to: slice.to, registrations: registered, differences };
};

/** Rows of one slice: some milliseconds of a snapshot. A day that has more is a slice by itself. */
const rowsPerSlice = 2000;
const daysPerLook = 64;

/** Where nothing is, one slice reaches up to the next row or to the end: kept counts of such days are looked at as well. */
const sliceEnd = async (cut: Snapshot, of: RegistrationsOf, { from, to }: Days): Promise<EpochMillis> => {
  const extent = await cut.registrations.extent({ ...of, from });
  if (extent === undefined) return to;
  const firstDay = utcDayStart(utcDayOf(extent.first));
  if (firstDay > from) return Math.min(firstDay, to);
  const days = Array.from({ length: daysPerLook }, (_, day) => utcDayStart(utcDayOf(from) + day + 1));
  const ends = days.filter((end) => end <= to);
  const counts = await counted(cut, of, [from, ...ends]);
  let rows = 0;
  const full = counts.findIndex(({ registered, erased }) => (rows += registered + erased) > rowsPerSlice);
  return ends[full === -1 ? ends.length - 1 : Math.max(0, full - 1)] ?? to;
};

const counted = async (cut: Snapshot, of: RegistrationsOf, boundaries: readonly EpochMillis[]) => {
  const { applicationId, ...rest } = of;
  const counts = await countsBetween(cut, { applicationIds: [applicationId], ...rest }, boundaries);
  return counts.get(applicationId)?.between ?? [];
};

export const dayDifferences = (of: RegistrationsOf, day: KeptDay): readonly StatisticsDifference[] => {
  const differ = comparer(of);
  const date = isoDay(day.start);
  const differences = [
    ...differ(`kept ${date}`, day.kept.registered, day.counted.registered),
    ...differ(`kept erased ${date}`, day.kept.erased, day.counted.erased),
  ];
  // The day may be right as a whole although its quarter hours are not.
  return day.quartersAgree ? differences : [...differences, ...differ(`kept quarter hours that agree ${date}`, 0, 1)];
};

interface Walked {
  readonly length: number;
  /** How many stand behind the one before them and within the range. */
  readonly inOrder: number;
  /** How many have the first instant of the whole from one of their environments, and none that is earlier. */
  readonly united: number;
  /** How many belong to a user who is there. */
  readonly users: number;
}

/** The list of the slice, page by page, as a caller walks it. */
const walk = async (cut: Snapshot, of: RegistrationsOf, { from, to }: Days): Promise<Walked> => {
  let walked: Walked = { length: 0, inOrder: 0, united: 0, users: 0 };
  let after: Position | undefined;
  for (let hasNextPage = true; hasNextPage;) {
    const request = { first: 100, ...(after === undefined ? {} : { after }) };
    const page = await cut.registrations.page({ ...of, from, to }, request);
    const users = await cut.findUsers(page.items.map(({ userId }) => userId));
    walked = { ...walked, users: walked.users + users.length };
    for (const item of page.items) {
      const at = firstOf(item, of);
      const inOrder = at >= from && at < to && (after === undefined || isBehind({ at, id: item.userId }, after));
      walked = {
        ...walked,
        length: walked.length + 1,
        inOrder: walked.inOrder + (inOrder ? 1 : 0),
        united: walked.united + (isUnited(item) ? 1 : 0),
      };
      after = { at, id: item.userId };
    }
    hasNextPage = page.hasNextPage && page.items.length > 0;
  }
  return walked;
};

const firstOf = ({ firstTokenAt, environments }: Registration, { environment }: RegistrationsOf): EpochMillis =>
  environment === undefined ? firstTokenAt : (environments[environment]?.firstTokenAt ?? -1);

const isBehind = (position: Position, before: Position): boolean =>
  position.at > before.at || (position.at === before.at && position.id > before.id);

const isUnited = ({ firstTokenAt, environments }: Registration): boolean =>
  firstTokenAt === Math.min(...Object.values(environments).map((instants) => instants.firstTokenAt));
