import type { EpochMillis } from '../model/clock.js';
import type { Position } from '../model/page.js';
import { utcDayOf, utcDayStart } from '../model/quarter-hour.js';
import type { Registration } from '../model/registration.js';
import type { KeptDay, RegistrationsOf } from '../store/port/registrations.js';
import { countsBetween } from './counts-between.js';
import type { RegistrationCut } from './counts-between.js';
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
export const verifySlice = async (cut: RegistrationCut, of: RegistrationsOf, range: Days): Promise<CheckedSlice> => {
  const slice = { from: range.from, to: await sliceEnd(cut, of, range) };
  const days = await cut.registrations.compareKept({ ...of, ...slice });
  const registered = days.reduce((sum, { counted }) => sum + counted.registered, 0);
  const erased = days.reduce((sum, { counted }) => sum + counted.erased, 0);
  const between = (await counted(cut, of, [slice.from, slice.to]))[0];
  const listed = await walk(cut, of, slice);
  const differ = comparer(of, `${isoDay(slice.from)}/${isoDay(slice.to)}`);
  const differences = [
    ...days.flatMap((day) => dayDifferences(of, day)),
    ...differ('series', between?.registered ?? 0, registered),
    ...differ('series erased', between?.erased ?? 0, erased),
    ...differ('list', listed.length, registered),
    ...differ('list order', listed.inOrder, listed.length),
    ...differ('union of environments', listed.united, listed.length),
  ];
  return { to: slice.to, registrations: registered, differences };
};

/** Rows of one slice: some milliseconds of a snapshot. A day that has more is a slice by itself. */
const rowsPerSlice = 2000;
const daysPerLook = 64;

/** Where nothing is, one slice reaches up to the next row or to the end: kept counts of such days are looked at as well. */
const sliceEnd = async (cut: RegistrationCut, of: RegistrationsOf, { from, to }: Days): Promise<EpochMillis> => {
  const extent = await cut.registrations.extent(of);
  if (extent === undefined || extent.last < from) return to;
  const firstDay = utcDayStart(utcDayOf(extent.first));
  if (firstDay > from) return Math.min(firstDay, to);
  const days = Array.from({ length: daysPerLook }, (_, day) => utcDayStart(utcDayOf(from) + day + 1));
  const ends = days.filter((end) => end <= to);
  const counts = await counted(cut, of, [from, ...ends]);
  let rows = 0;
  const full = counts.findIndex(({ registered, erased }) => (rows += registered + erased) > rowsPerSlice);
  return ends[full === -1 ? ends.length - 1 : Math.max(0, full - 1)] ?? to;
};

const counted = async (cut: RegistrationCut, of: RegistrationsOf, boundaries: readonly EpochMillis[]) => {
  const { applicationId, ...rest } = of;
  const counts = await countsBetween(cut, { applicationIds: [applicationId], ...rest }, boundaries);
  return counts.get(applicationId)?.between ?? [];
};

const dayDifferences = (of: RegistrationsOf, day: KeptDay): readonly StatisticsDifference[] => {
  const differ = comparer(of, isoDay(day.start));
  const differences = [
    ...differ('kept', day.kept.registered, day.counted.registered),
    ...differ('kept erased', day.kept.erased, day.counted.erased),
  ];
  // The day may be right as a whole although its quarter hours are not.
  return day.quartersAgree ? differences : [...differences, ...differ('kept quarter hours that agree', 0, 1)];
};

interface Walked {
  readonly length: number;
  /** How many stand behind the one before them and within the range. */
  readonly inOrder: number;
  /** How many have the first instant of the whole from one of their environments, and none that is earlier. */
  readonly united: number;
}

/** The list of the slice, page by page, as a caller walks it. */
const walk = async (cut: RegistrationCut, of: RegistrationsOf, { from, to }: Days): Promise<Walked> => {
  let walked: Walked = { length: 0, inOrder: 0, united: 0 };
  let after: Position | undefined;
  for (let hasNextPage = true; hasNextPage;) {
    const request = { first: 100, ...(after === undefined ? {} : { after }) };
    const page = await cut.registrations.page({ ...of, from, to }, request);
    for (const item of page.items) {
      const at = firstOf(item, of);
      const inOrder = at >= from && at < to && (after === undefined || isBehind({ at, id: item.userId }, after));
      walked = {
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

const comparer =
  ({ applicationId, environment }: RegistrationsOf, days: string) =>
  (figure: string, kept: number, count: number): readonly StatisticsDifference[] =>
    kept === count ? [] : [{ applicationId, environment, figure: `${figure} ${days}`, kept, counted: count }];

const isoDay = (at: EpochMillis): string => new Date(at).toISOString().slice(0, 10);
