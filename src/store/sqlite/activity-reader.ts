import { keyEnvironments, type KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import { quarterMillis, quartersPerDay, utcDayOf } from '../../model/quarter-hour.js';
import type { ActivityOf, ActivityReader, TokenCount } from '../port/activity.js';
import { sumTallies, type StoredTally } from '../port/sum-tallies.js';
import type { Statements, Value } from './connection.js';
import { parseDocument } from './document.js';
import { answer } from './engine.js';
import { inList, type Condition } from './listing.js';
import { maskBetween } from './quarter-mask.js';

export const activityReader = (statements: Statements): ActivityReader => ({
  tokenCounts: (query) => answer(() => tokenCounts(statements, query)),
  activeUsers: ({ ranges, ...of }) => answer(() => ranges.map((range) => activeUsers(statements, of, range))),
});

interface Range {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

interface TallyRow {
  readonly day: number;
  readonly grant_type: GrantName;
  readonly quarters: string;
}

const tokenCounts = (statements: Statements, query: ActivityOf & Range): readonly TokenCount[] => {
  const rows = statements
    .statement<TallyRow>(
      `SELECT day, grant_type, quarters FROM token_tallies
       WHERE application_id = ? AND ${inList('environment')} AND day >= ? AND day <= ? ORDER BY day, grant_type`,
    )
    .all(query.applicationId, environmentsOf(query.environment), utcDayOf(query.from), utcDayOf(query.to));
  return sumTallies(rows.map(tallyOf), query);
};

const tallyOf = ({ day, grant_type: grantType, quarters }: TallyRow): StoredTally => ({
  day,
  grantType,
  quarters: parseDocument<readonly (readonly [number, number, number])[]>(quarters).map(
    ([quarter, issued, refused]) => ({ quarter, issued, refused }),
  ),
});

const environmentsOf = (environment: KeyEnvironment | undefined): string =>
  JSON.stringify(environment === undefined ? keyEnvironments : [environment]);

/** Whole days are counted by their rows; the masks are looked at only where the range cuts a day. */
const activeUsers = (statements: Statements, of: ActivityOf, range: Range): number => {
  const parts = partsOf(Math.ceil(range.from / quarterMillis), Math.ceil(range.to / quarterMillis));
  if (parts.length === 0) return 0;
  const environments = environmentsOf(of.environment);
  const select = parts.map(
    ({ sql }) => `SELECT user_id FROM user_days WHERE application_id = ? AND ${inList('environment')} AND ${sql}`,
  );
  const values = parts.flatMap((part): readonly Value[] => [of.applicationId, environments, ...part.values]);
  // Rows of an erased user go step by step. Mostly there is none, and no row is asked about.
  const count = `SELECT count(DISTINCT user_id) AS n FROM (${select.join(' UNION ALL ')})
    WHERE NOT EXISTS (SELECT 1 FROM erasures) OR user_id NOT IN (SELECT user_id FROM erasures)`;
  return statements.statement<{ readonly n: number }>(count).get(...values)?.n ?? 0;
};

/** From and to are numbers of quarter hours since 1970; the range is split at its first and its last midnight. */
const partsOf = (from: number, to: number): readonly Condition[] => {
  const [firstDay, lastDay] = [Math.floor(from / quartersPerDay), Math.floor(to / quartersPerDay)];
  const [head, tail] = [from - firstDay * quartersPerDay, to - lastDay * quartersPerDay];
  if (from >= to) return [];
  if (firstDay === lastDay) return [cutDay(firstDay, head, tail)];
  const firstWhole = head === 0 ? firstDay : firstDay + 1;
  return [
    ...(head === 0 ? [] : [cutDay(firstDay, head, quartersPerDay)]),
    ...(firstWhole < lastDay ? [{ sql: 'day >= ? AND day < ?', values: [firstWhole, lastDay] }] : []),
    ...(tail === 0 ? [] : [cutDay(lastDay, 0, tail)]),
  ];
};

const cutDay = (day: number, from: number, to: number): Condition => {
  const { early, middle, late } = maskBetween(from, to);
  return { sql: 'day = ? AND (early & ? OR middle & ? OR late & ?)', values: [day, early, middle, late] };
};
