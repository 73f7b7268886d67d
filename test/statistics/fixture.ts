import { randomId } from '../../src/crypto/random-token.js';
import type { Application, KeyEnvironment } from '../../src/model/application.js';
import type { AuditEvent } from '../../src/model/audit-event.js';
import type { Interval, Period } from '../../src/model/calendar.js';
import { timeZone } from '../../src/model/time-zone.js';
import type { Snapshot, Store } from '../../src/store/port/store.js';

export const at = (iso: string): number => Date.parse(iso);

export const periodOf = (interval: Interval, zone: string, [from, to]: readonly [string, string]): Period => ({
  from: at(from),
  to: at(to),
  interval,
  timeZone: timeZone(zone, 'period.timeZone'),
});

export const anEvent = (action = 'test'): AuditEvent => ({
  id: randomId('event'),
  at: 0,
  actor: 'test',
  action,
  outcome: 'ok',
  requestId: 'request',
});

/** A user without password. */
export const addUser = async (store: Store, username: string, createdAt = 0): Promise<string> => {
  const user = { id: randomId('user'), username, enabled: true, epoch: 0, createdAt };
  const outcome = await store.users.create(user, anEvent());
  if (outcome !== 'created') throw new Error(outcome);
  return user.id;
};

/** An application without keys. */
export const addApplication = async (store: Store, name: string): Promise<Application> => {
  const now = store.clock();
  const application: Application = {
    id: randomId('application'),
    name,
    enabled: true,
    labels: [],
    version: 1,
    createdAt: now,
    updatedAt: now,
    keys: {},
  };
  const outcome = await store.applications.create(application, anEvent());
  if (outcome !== 'created') throw new Error(outcome);
  return application;
};

let users = 0;

/** A new user for each instant, registered at it. */
export const register = async (
  store: Store,
  applicationId: string,
  instants: readonly (string | number)[],
  environment: KeyEnvironment = 'PRODUCTION',
): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const instant of instants) {
    users += 1;
    const userId = await addUser(store, `user${users}`);
    const moment = typeof instant === 'string' ? at(instant) : instant;
    await store.registrations.record({ applicationId, environment, userId, at: moment });
    ids.push(userId);
  }
  return ids;
};

export const erase = async (store: Store, userId: string): Promise<void> => {
  await store.users.erase(userId, anEvent('deleteUser'));
};

export const inSnapshot = async <T>(store: Store, read: (cut: Snapshot) => Promise<T>): Promise<T> => {
  const cut = await store.openSnapshot();
  try {
    return await read(cut);
  } finally {
    await cut.close();
  }
};
