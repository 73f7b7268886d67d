import { setImmediate } from 'node:timers/promises';
import { isLookedUpId } from '../management/input-limits.js';
import type { KeyEnvironment } from '../model/application.js';
import type { Clock, EpochMillis } from '../model/clock.js';
import type { ManagementErrorCode } from '../model/management-error.js';
import { enforcedUsername } from '../model/username.js';
import type { NewRegistration } from '../store/port/registrations.js';
import type { Store } from '../store/port/store.js';

/** What an import needs; handed over by the composition root. */
export interface ImportDeps {
  readonly store: Store;
  readonly clock: Clock;
}

export interface ImportRegistrationRow {
  readonly applicationId: string;
  /** Absent: PRODUCTION. The application needs no keys for it: they may have gone, or be still to come. */
  readonly environment?: KeyEnvironment | null | undefined;
  readonly username: string;
  readonly firstTokenAt: EpochMillis;
}

export interface RowRefusal {
  readonly code: ManagementErrorCode;
  readonly message: string;
}

export type RowCheck = (row: ImportRegistrationRow) => NewRegistration | RowRefusal;

/** Looks up the applications and users of all rows, each once, and tells of each row what it registers or why it cannot. */
export const createRowCheck = async (
  { store, clock }: ImportDeps,
  rows: readonly ImportRegistrationRow[],
): Promise<RowCheck> => {
  const applicationIds = new Set(rows.map(({ applicationId }) => applicationId));
  const known = new Set((await store.applications.findMany([...applicationIds])).map(({ id }) => id));
  const enforced = await enforcedNames(rows);
  const userIds = await userIdsOf(store, new Set([...enforced.values()].flatMap((name) => name ?? [])));
  const now = clock();

  return ({ applicationId, environment, username, firstTokenAt }) => {
    if (!isLookedUpId(applicationId)) return refusals.applicationId;
    if (!known.has(applicationId)) return refusals.application;
    if (!(firstTokenAt >= 0 && firstTokenAt < now)) return refusals.instant;
    const name = enforced.get(username);
    if (name === undefined) return refusals.username;
    const userId = userIds.get(name);
    if (userId === undefined) return refusals.user;
    return { applicationId, environment: environment ?? 'PRODUCTION', userId, at: firstTokenAt };
  };
};

const refusals = {
  applicationId: { code: 'BAD_USER_INPUT', message: 'applicationId must be 1 to 255 printable ASCII characters.' },
  application: { code: 'NOT_FOUND', message: 'There is no such application.' },
  instant: { code: 'BAD_USER_INPUT', message: 'firstTokenAt must lie in the past, and not before 1970.' },
  username: { code: 'BAD_USER_INPUT', message: 'This cannot be a user name (RFC 8265, UsernameCaseMapped).' },
  user: { code: 'NOT_FOUND', message: 'There is no such user.' },
} as const satisfies Record<string, RowRefusal>;

const atOnce = 50;

/** By the names as they were given. The profile takes up to half a millisecond for a long name, and other requests have their turn in between. */
const enforcedNames = async (
  rows: readonly ImportRegistrationRow[],
): Promise<ReadonlyMap<string, string | undefined>> => {
  const names = [...new Set(rows.map(({ username }) => username))];
  const enforced = new Map<string, string | undefined>();
  for (const [index, name] of names.entries()) {
    if (index % atOnce === atOnce - 1) await setImmediate();
    enforced.set(name, enforcedUsername(name));
  }
  return enforced;
};

const userIdsOf = async (store: Store, usernames: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> => {
  const names = [...usernames];
  const found = new Map<string, string>();
  for (let start = 0; start < names.length; start += atOnce) {
    const users = await Promise.all(names.slice(start, start + atOnce).map((name) => store.users.findByUsername(name)));
    for (const user of users) if (user !== undefined) found.set(user.username, user.id);
  }
  return found;
};
