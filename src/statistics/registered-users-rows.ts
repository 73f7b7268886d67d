import { setImmediate } from 'node:timers/promises';
import { lookedUpId } from '../management/input-limits.js';
import type { KeyEnvironment } from '../model/application.js';
import { splitPeriod } from '../model/calendar.js';
import type { Bucket, Period } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput, ManagementError } from '../model/management-error.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';
import type { Snapshot, Store } from '../store/port/store.js';
import { countsBetween } from './counts-between.js';
import type { CountsBetween, RegistrationsOfMany } from './counts-between.js';
import { boundariesOf, foldBuckets } from './registered-users.js';

export interface RegisteredUsersQuery {
  /** Absent: all applications, oldest first. Named twice is named once. */
  readonly applicationIds?: readonly string[] | null | undefined;
  /** Absent: the applications as wholes. */
  readonly environment?: KeyEnvironment | null | undefined;
  readonly period: Period;
}

/** The series of one application, flat: what Grafana and spreadsheets want. */
export interface RegisteredUsersRow {
  readonly applicationId: string;
  readonly applicationName: string;
  /** Undefined: the application as a whole. */
  readonly environment: KeyEnvironment | undefined;
  readonly start: EpochMillis;
  readonly date: string;
  readonly newUsers: number;
  readonly totalUsers: number;
  readonly complete: boolean;
}

/** What the rows are made of: figures only, so that the cut can be closed before a slow reader has taken the last row. */
export interface RegisteredUsersTable {
  readonly asOf: EpochMillis;
  readonly readAt: EpochMillis;
  readonly environment: KeyEnvironment | undefined;
  readonly buckets: readonly Bucket[];
  readonly applications: readonly {
    readonly id: string;
    readonly name: string;
    readonly counts: CountsBetween | undefined;
  }[];
}

/** Of one answer: applications times buckets. */
export const rowLimit = 50_000;

/**
 * The series of many applications, one application after the other, some hundreds in one round trip of counting.
 * @throws ManagementError NOT_FOUND on `applicationIds`; BAD_USER_INPUT on it, as `splitPeriod`, or when there would be more rows than `rowLimit`
 */
export const readRegisteredUsersTable = async (
  store: Store,
  cut: Snapshot,
  query: RegisteredUsersQuery,
): Promise<RegisteredUsersTable> => {
  const buckets = splitPeriod(query.period);
  const environment = query.environment ?? undefined;
  const applications = await applicationsOf({ store, cut, query, buckets: buckets.length });
  const applicationIds = applications.map(({ id }) => id);
  const of = { applicationIds, ...(environment === undefined ? {} : { environment }) };
  const nothing = applications.length === 0 || buckets.length === 0;
  const counted = nothing ? undefined : await countsOfMany(cut, of, boundariesOf(buckets));
  return {
    asOf: cut.asOf,
    readAt: cut.readAt,
    environment,
    buckets,
    applications: applications.map(({ id, name }) => ({ id, name, counts: counted?.get(id) })),
  };
};

const countedAtOnce = 200;

/** Some at a time: a store that answers at once would hold up everybody until all are counted. */
const countsOfMany = async (
  cut: Snapshot,
  { applicationIds, ...of }: RegistrationsOfMany,
  boundaries: readonly EpochMillis[],
): Promise<ReadonlyMap<string, CountsBetween>> => {
  const counted = new Map<string, CountsBetween>();
  for (let start = 0; start < applicationIds.length; start += countedAtOnce) {
    if (start > 0) await setImmediate();
    const some = { ...of, applicationIds: applicationIds.slice(start, start + countedAtOnce) };
    for (const [id, counts] of await countsBetween(cut, some, boundaries)) counted.set(id, counts);
  }
  return counted;
};

/** Row by row, so that an answer need not be in memory as a whole. */
export function* rowsOf(table: RegisteredUsersTable): Generator<RegisteredUsersRow> {
  for (const { id, name, counts } of table.applications) {
    const { environment } = table;
    for (const { start, date, newUsers, totalUsers, complete } of foldBuckets(table, table.buckets, counts)) {
      yield { applicationId: id, applicationName: name, environment, start, date, newUsers, totalUsers, complete };
    }
  }
}

interface Search {
  readonly store: Store;
  readonly cut: Snapshot;
  readonly query: RegisteredUsersQuery;
  readonly buckets: number;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

const applicationsOf = async (search: Search): Promise<readonly Named[]> => {
  const { applicationIds } = search.query;
  if (applicationIds === undefined || applicationIds === null) return allApplications(search);
  const ids = [...new Set(applicationIds.map((id) => lookedUpId('applicationIds', id)))];
  checkRows(ids.length, search.buckets);
  const found = await inCut(search.cut, ids);
  if (found.length < ids.length) throw unknownApplication();
  return found;
};

/** The list is read beside the cut: what was made since has no place in it. */
const allApplications = async ({ store, cut, buckets }: Search): Promise<readonly Named[]> => {
  const found: Named[] = [];
  for await (const page of pagesOfApplications(store.applications, {})) {
    checkRows(found.length + page.length, buckets);
    const ids = page.map(({ id }) => id);
    found.push(...(await inCut(cut, ids)));
  }
  return found;
};

/** In the order of the ids; what is not there is left out. */
const inCut = async (cut: Snapshot, ids: readonly string[]): Promise<readonly Named[]> => {
  const found = new Map((await cut.findApplications(ids)).map((application) => [application.id, application]));
  return ids.flatMap((id) => found.get(id) ?? []);
};

const checkRows = (applications: number, buckets: number): void => {
  if (applications * Math.max(1, buckets) <= rowLimit) return;
  throw badInput(
    'applicationIds',
    `There would be more than ${rowLimit} rows: name fewer applications, shorten the period or choose a longer interval.`,
  );
};

const unknownApplication = (): ManagementError =>
  new ManagementError('NOT_FOUND', 'There is no such application.', { field: 'applicationIds' });
