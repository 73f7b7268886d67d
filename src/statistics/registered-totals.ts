import type { EpochMillis } from '../model/clock.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';
import type { Store } from '../store/port/store.js';
import { countsBetween } from './counts-between.js';
import type { RegistrationCut, RegistrationsOfMany } from './counts-between.js';
import { askedInstant } from './period-input.js';

/**
 * How many users of each application were registered before `at`; without it, or with an instant to come, how many are registered now. One
 * round trip.
 * @throws ManagementError BAD_USER_INPUT on `at`
 */
export const registeredTotals = async (
  cut: RegistrationCut,
  of: RegistrationsOfMany,
  at: EpochMillis = cut.asOf,
): Promise<ReadonlyMap<string, number>> => {
  const counted = await countsBetween(cut, of, [askedInstant('at', at)]);
  return new Map([...counted].map(([id, { before }]) => [id, before.registered]));
};

/** A metrics page stays readable, and its reader affordable, up to this number of series. */
export const metricLimit = 200;

/** The figures of the metric `tallygate_registered_users`: of the applications as wholes, the `metricLimit` oldest ones. */
export const registeredUsersMetric = async (store: Store): Promise<ReadonlyMap<string, number>> => {
  const applicationIds = await oldestApplications(store);
  if (applicationIds.length === 0) return new Map();
  const cut = await store.openSnapshot();
  try {
    return await registeredTotals(cut, { applicationIds });
  } finally {
    await cut.close();
  }
};

const oldestApplications = async (store: Store): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const page of pagesOfApplications(store.applications, {})) {
    found.push(...page.map(({ id }) => id));
    if (found.length >= metricLimit) break;
  }
  return found.slice(0, metricLimit);
};
