import { quarterMillis, quartersPerDay, utcDayOf } from '../../model/quarter-hour.js';
import type { ActivityOf, ActivityReader, TokenCount } from '../port/activity.js';
import { sumTallies } from '../port/sum-tallies.js';
import type { Cut } from './cut.js';
import type { TallyDocument } from './documents.js';
import type { Condition } from './listing.js';
import type { Range } from './live-counts.js';

export const activityReader = (cut: Cut): ActivityReader => ({
  tokenCounts: (query) => tokenCounts(cut, query),
  activeUsers: async ({ ranges, ...of }) => {
    const counts: number[] = [];
    for (const range of ranges) counts.push(await countUsers(cut, of, range));
    return counts;
  },
});

const ofApplication = ({ applicationId, environment }: ActivityOf): Condition => ({
  applicationId,
  ...(environment === undefined ? {} : { environment }),
});

const tokenCounts = async (
  { collections, session }: Cut,
  query: ActivityOf & Range,
): Promise<readonly TokenCount[]> => {
  const condition = { ...ofApplication(query), day: { $gte: utcDayOf(query.from), $lte: utcDayOf(query.to) } };
  const rows = await collections.run(() =>
    collections.tallies.find(condition).session(session).lean<TallyDocument[]>(),
  );
  return sumTallies(rows, query);
};

/** Whole days are counted by their rows; quarter hours are looked at only where the range cuts a day. */
const countUsers = async ({ collections, session }: Cut, of: ActivityOf, range: Range): Promise<number> => {
  const parts = partsOf(Math.ceil(range.from / quarterMillis), Math.ceil(range.to / quarterMillis));
  if (parts.length === 0) return 0;
  const [counted] = await collections.run(() =>
    collections.activeUsers
      .aggregate<{ readonly users: number }>([
        { $match: { ...ofApplication(of), ...(parts.length === 1 ? parts[0] : { $or: parts }) } },
        { $group: { _id: '$userId' } },
        { $count: 'users' },
      ])
      .session(session),
  );
  return counted?.users ?? 0;
};

/** From and to are numbers of quarter hours since 1970; the range is split at its first and its last midnight. */
const partsOf = (from: number, to: number): Condition[] => {
  const [firstDay, lastDay] = [Math.floor(from / quartersPerDay), Math.floor(to / quartersPerDay)];
  const [head, tail] = [from - firstDay * quartersPerDay, to - lastDay * quartersPerDay];
  if (from >= to) return [];
  if (firstDay === lastDay) return [cutDay(firstDay, head, tail)];
  const firstWhole = head === 0 ? firstDay : firstDay + 1;
  return [
    ...(head === 0 ? [] : [cutDay(firstDay, head, quartersPerDay)]),
    ...(firstWhole < lastDay ? [{ day: { $gte: firstWhole, $lt: lastDay } }] : []),
    ...(tail === 0 ? [] : [cutDay(lastDay, 0, tail)]),
  ];
};

const cutDay = (day: number, from: number, to: number): Condition => ({
  day,
  quarters: { $elemMatch: { $gte: from, $lt: to } },
});
