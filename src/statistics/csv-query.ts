import { keyEnvironments } from '../model/application.js';
import { intervals } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import { instantIn } from '../model/rfc3339.js';
import { periodOf } from './period-input.js';
import type { RegisteredUsersQuery } from './registered-users-rows.js';

const argumentNames = ['applicationIds', 'environment', 'from', 'to', 'interval', 'timeZone'] as const;
type ArgumentName = (typeof argumentNames)[number];

/**
 * Reads the arguments of the CSV from a query string: the names and meanings of the GraphQL field `registeredUsers`; `from` and `to` have to be
 * there, `applicationIds` may be repeated.
 * @throws ManagementError BAD_USER_INPUT on the argument
 */
export const csvQuery = (query: string, defaultTimeZone: string): RegisteredUsersQuery => {
  const given = new URLSearchParams(query);
  for (const name of given.keys()) checkKnown(name);
  const applicationIds = given.getAll('applicationIds').map(oneId);
  const environment = single(given, 'environment');
  return {
    applicationIds: applicationIds.length === 0 ? undefined : applicationIds,
    environment: environment === undefined ? undefined : oneOf('environment', environment, keyEnvironments),
    period: periodOf(
      {
        from: instant(given, 'from'),
        to: instant(given, 'to'),
        interval: oneOf('interval', single(given, 'interval') ?? 'DAY', intervals),
        timeZone: single(given, 'timeZone'),
      },
      defaultTimeZone,
    ),
  };
};

/** An id of ours holds none of these: somebody joined several, as he would elsewhere. */
const oneId = (applicationId: string): string => {
  if (!/[,; |]/.test(applicationId)) return applicationId;
  throw badInput(
    'applicationIds',
    'Give one id, and the argument again for each other one: applicationIds=FIRST&applicationIds=SECOND.',
  );
};

/** A name that is no plain word is not worth showing, and not safe to. */
const checkKnown = (name: string): void => {
  if (argumentNames.some((known) => known === name)) return;
  const field = /^[A-Za-z]\w{0,39}$/.test(name) ? name : 'query';
  throw badInput(field, `This argument is not known here; there are ${argumentNames.join(', ')}.`);
};

const single = (given: URLSearchParams, name: ArgumentName): string | undefined => {
  const [value, ...more] = given.getAll(name);
  if (more.length > 0) throw badInput(name, 'Give this argument once.');
  return value;
};

const oneOf = <T extends string>(name: ArgumentName, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw badInput(name, `Give one of ${allowed.join(', ')}.`);
  return found;
};

const instant = (given: URLSearchParams, name: 'from' | 'to'): EpochMillis => {
  const at = instantIn(single(given, name) ?? '');
  if (at !== undefined) return at;
  throw badInput(name, 'Give an instant like 2026-01-31T00:00:00Z (RFC 3339; a plus sign is written %2B).');
};
