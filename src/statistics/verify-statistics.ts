import { setImmediate } from 'node:timers/promises';
import { lookedUpId } from '../management/input-limits.js';
import { keyEnvironments } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { notFound } from '../model/management-error.js';
import { utcDayOf, utcDayStart } from '../model/quarter-hour.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';
import type { RegistrationsOf } from '../store/port/registrations.js';
import type { Snapshot, Store } from '../store/port/store.js';
import { comparer, type StatisticsDifference } from './statistics-difference.js';
import { verifyBeyond } from './verify-beyond.js';
import { verifySlice } from './verify-slice.js';
import { verifyWaysOut } from './verify-ways-out.js';

export interface StatisticsVerification {
  /** What was registered before it has been checked. */
  readonly asOf: EpochMillis;
  readonly checkedApplications: number;
  readonly checkedRegistrations: number;
  /** At most `differenceLimit`: who has so many needs no more. */
  readonly differences: readonly StatisticsDifference[];
}

export const differenceLimit = 1000;

/**
 * Counts the registrations one by one, for each application and environment, and compares the kept counts, the series, the list, the CSV and the
 * metric with them. Works in small slices, each in a snapshot of its own, so that it can run beside the traffic: what is registered, imported or
 * erased meanwhile makes no difference.
 * @throws ManagementError NOT_FOUND; BAD_USER_INPUT on `applicationId`
 */
export const verifyStatistics = async (
  store: Store,
  { applicationId }: { readonly applicationId?: string | null | undefined },
): Promise<StatisticsVerification> => {
  const asOf = await inSnapshot(store, (cut) => Promise.resolve(cut.asOf));
  const only = applicationId ?? undefined;
  const differences: StatisticsDifference[] = [];
  let checkedApplications = 0;
  let checkedRegistrations = 0;
  for await (const id of only === undefined ? allApplications(store) : [await known(store, only)]) {
    const checked = await verifyApplication(store, id, asOf);
    if (checked === undefined) continue;
    checkedApplications += 1;
    checkedRegistrations += checked.registrations;
    differences.push(...checked.differences.slice(0, differenceLimit - differences.length));
  }
  if (only === undefined) {
    for await (const difference of unknownApplications(store)) {
      if (differences.length < differenceLimit) differences.push(difference);
    }
  }
  return { asOf, checkedApplications, checkedRegistrations, differences };
};

const known = async (store: Store, id: string): Promise<string> => {
  const application = await store.applications.find(lookedUpId('applicationId', id));
  if (application === undefined) throw notFound('application');
  return application.id;
};

async function* allApplications(store: Store): AsyncGenerator<string> {
  for await (const page of pagesOfApplications(store.applications, {})) yield* page.map(({ id }) => id);
}

/** Rows and kept figures of applications that never were: nobody can ask for them. */
async function* unknownApplications(store: Store): AsyncGenerator<StatisticsDifference> {
  for (let after = ''; ;) {
    const named = await inSnapshot(store, (cut) => cut.registrations.namedApplications(after));
    for (const { id, known: isKnown } of named) {
      if (!isKnown) yield* comparer({ applicationId: id })('applications that are known', 0, 1);
    }
    const last = named.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

interface Checked {
  readonly registrations: number;
  readonly differences: readonly StatisticsDifference[];
}

/** Undefined: it was deleted meanwhile, and what was read may have been half of it. */
const verifyApplication = async (
  store: Store,
  applicationId: string,
  asOf: EpochMillis,
): Promise<Checked | undefined> => {
  const whole = await verifyRegistrations(store, { applicationId }, asOf);
  const differences = [...whole.differences];
  for (const environment of keyEnvironments) {
    const part = await verifyRegistrations(store, { applicationId, environment }, asOf);
    differences.push(...part.differences);
  }
  const ways = await inSnapshot(store, (cut) => verifyWaysOut(store, cut, applicationId));
  return ways === undefined
    ? undefined
    : { registrations: whole.registrations, differences: [...differences, ...ways] };
};

/** From 1970 to the end of the day of `asOf`, slice by slice, and then what lies beyond. */
const verifyRegistrations = async (store: Store, of: RegistrationsOf, asOf: EpochMillis): Promise<Checked> => {
  const end = utcDayStart(utcDayOf(asOf) + 1);
  const differences: StatisticsDifference[] = [];
  let registrations = 0;
  for (let from = 0; from < end;) {
    const slice = await inSnapshot(store, (cut) => verifySlice(cut, of, { from, to: end }));
    registrations += slice.registrations;
    differences.push(...slice.differences);
    from = slice.to;
    await setImmediate(); // other requests have their turn, also where the store answers at once
  }
  differences.push(...(await inSnapshot(store, (cut) => verifyBeyond(cut, of))));
  return { registrations, differences };
};

const inSnapshot = async <T>(store: Store, read: (cut: Snapshot) => Promise<T>): Promise<T> => {
  const cut = await store.openSnapshot();
  try {
    return await read(cut);
  } finally {
    await cut.close();
  }
};
