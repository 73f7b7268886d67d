import type { EpochMillis } from '../model/clock.js';
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

const pageLength = 100;

const oldestApplications = async (store: Store): Promise<readonly string[]> => {
  const first = await store.applications.page({}, { first: pageLength });
  const last = first.items.at(-1);
  if (!first.hasNextPage || last === undefined) return first.items.map(({ id }) => id);
  const after = { at: last.createdAt, id: last.id };
  const second = await store.applications.page({}, { first: metricLimit - pageLength, after });
  return [...first.items, ...second.items].map(({ id }) => id);
};
