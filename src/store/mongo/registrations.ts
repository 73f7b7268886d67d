import { setTimeout as pause } from 'node:timers/promises';
import { firstInstant } from '../../model/first-instant.js';
import type { NewRegistration, RegistrationStore } from '../port/registrations.js';
import { StoreUnavailable } from '../port/store.js';
import { announceRow } from './announced-rows.js';
import { buryRegistration } from './bury-registration.js';
import type { Database } from './database.js';
import type { RegistrationDocument } from './documents.js';
import { removedAmong } from './gone.js';
import { importRegistrations, rehearseImport } from './import-registrations.js';
import { beginChange, type KeptChange } from './kept-change.js';
import { firstField, firstInstantsOf, lastField } from './kept-periods.js';
import { findNewest } from './newest-registration.js';
import { instantsOf, newRow, nobody, registrationKey, registrationOf, withInstants } from './registration-rows.js';
import { changeRow, insertRow } from './registration-writes.js';

export const mongoRegistrations = (database: Database): RegistrationStore => ({
  record: async (registration) => {
    if (await moveLast(database, registration)) return 'already';
    return recordFirst(database, registration);
  },
  bury: (applicationId, userId) => buryRegistration(database, registrationKey(applicationId, userId)),
  import: async (rows, how) =>
    'dryRun' in how ? rehearseImport(database, rows) : importRegistrations(database, rows, how.audit),
  findByUsers: findByUsers(database),
});

const findByUsers =
  (database: Database): RegistrationStore['findByUsers'] =>
  async (userIds, most) => {
    const users = userIds.filter((id) => id !== nobody);
    const rows = await database.run(() =>
      database.registrations.aggregate<RegistrationDocument>([
        { $match: { userId: { $in: users } } },
        { $limit: most + 1 }, // before the sorting, which would read them all
        { $sort: { userId: 1, first: 1, applicationId: 1 } },
      ]),
    );
    if (rows.length > most) return 'too_many';
    const removed = await removedAmong(database, [...new Set(rows.map(({ applicationId }) => applicationId))]);
    return rows.filter(({ applicationId }) => !removed.has(applicationId)).map(registrationOf);
  };

/** The path of every login but the first: one round trip. */
const moveLast = async ({ registrations, run }: Database, registration: NewRegistration): Promise<boolean> => {
  const { applicationId, environment, userId, at } = registration;
  const registered = {
    _id: registrationKey(applicationId, userId),
    userId,
    [firstField[environment]]: { $exists: true },
  };
  const { matchedCount } = await run(() =>
    registrations.updateOne(registered, { $max: { last: at, [lastField[environment]]: at } }),
  );
  return matchedCount === 1;
};

const rounds = 20;
const pauseMillis = 5;

const recordFirst = async (database: Database, registration: NewRegistration): Promise<'first' | 'already'> => {
  const change = beginChange(database);
  for (let round = 0; round < rounds; round++) {
    const outcome = await attempt(database, registration, change);
    if (outcome === undefined) {
      // A row that another caller has just made may not be readable yet: majority reads follow the replication.
      await pause(round * pauseMillis);
      continue;
    }
    if (outcome === 'erased') return 'first';
    if (outcome === 'already') {
      await change.finish([]);
      return 'already';
    }
    const [answer] = await Promise.all([
      afterFirst(database, registration),
      change.finish(firstInstantsOf(outcome)), // beside it: both ask once, and nobody waits longer
    ]);
    return answer;
  }
  throw new StoreUnavailable('A registration moves too often.');
};

/** One conditional write. The row that it made, or undefined when somebody else moved the row meanwhile. */
const attempt = async (
  database: Database,
  registration: NewRegistration,
  change: KeptChange,
): Promise<RegistrationDocument | 'already' | 'erased' | undefined> => {
  const { applicationId, environment, userId, at } = registration;
  const key = registrationKey(applicationId, userId);
  const unreached = database.unreached();
  const [row, newest] = await Promise.all([
    database.run(() => database.registrations.findById(key).lean<RegistrationDocument>()),
    findNewest(database, unreached),
  ]);
  if (row === null) {
    const announced = await announceRow(database, registration);
    if (announced === 'erased') return 'erased';
    const made = newRow({ ...registration, at: firstInstant({ at, ...announced }, { unreached, newest }) });
    await change.open(firstInstantsOf(made));
    return (await insertRow(database, made)) ? made : undefined;
  }
  if (row.userId === nobody) return 'already';
  if (instantsOf(row, environment) !== undefined)
    return (await moveLast(database, registration)) ? 'already' : undefined;
  const first = Math.max(firstInstant({ at }, { unreached, newest }), row.first);
  const moved = withInstants(row, environment, { firstTokenAt: first, lastTokenAt: first });
  await change.open([{ applicationId, scope: environment, at: first }]);
  return (await changeRow(database, row, moved)) ? moved : undefined;
};

/** An application that was removed while the row was made was cleaned before it was there, or finds it: one of the two sees the other. */
const afterFirst = async (
  database: Database,
  { applicationId, userId }: NewRegistration,
): Promise<'first' | 'already'> => {
  if ((await removedAmong(database, [applicationId])).size === 0) return 'first';
  await database.run(() => database.registrations.deleteOne({ _id: registrationKey(applicationId, userId) }));
  return 'already';
};
