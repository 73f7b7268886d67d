import { keyEnvironments } from '../model/application.js';
import { intervals } from '../model/calendar.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
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
  const at = rfc3339(single(given, name) ?? '');
  if (at !== undefined) return at;
  throw badInput(name, 'Give an instant like 2026-01-31T00:00:00Z (RFC 3339; a plus sign is written %2B).');
};

const dateTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Whole milliseconds; what lies behind them is cut off. */
const rfc3339 = (text: string): EpochMillis | undefined => {
  const [, local = '', fraction = '', offset = ''] = dateTime.exec(text.toUpperCase()) ?? [];
  const clock = Date.parse(`${local}Z`);
  // 30 February and 24:00 are read as something else: what is no date does not come back as it was given.
  if (Number.isNaN(clock) || !new Date(clock).toISOString().startsWith(local)) return undefined;
  const at = Date.parse(`${local}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(at) ? undefined : at;
};
