import type { NewRegistration, ImportOutcome, RegistrationStore } from '../port/registrations.js';
import { insertAudit } from './audit.js';
import type { Engine } from './engine.js';
import { figureChanges } from './figures.js';
import type { FirstInstants } from './first-instants.js';
import { gone } from './gone.js';
import { inList } from './listing.js';
import {
  instantsOf,
  newRow,
  registrationKey,
  registrationOf,
  registrationRows,
  tombstoneOf,
  withInstants,
  type RegistrationRow,
} from './registration-rows.js';

/** The row and every kept figure that counts it are one transaction, always. */
export const sqliteRegistrations = (engine: Engine, instants: FirstInstants): RegistrationStore => {
  const single = singleRegistration(engine, instants);
  return {
    record: (registration) => engine.write(() => single.record(registration)),
    bury: (applicationId, userId) => engine.write(() => single.bury(applicationId, userId)),
    import: (registrations, how) =>
      engine.write(() => {
        const batch = importBatch(engine, instants);
        const outcomes = registrations.map((registration) => batch.take(registration));
        if ('dryRun' in how) return outcomes;
        batch.write();
        insertAudit(engine, how.audit);
        return outcomes;
      }),
    findByUsers: findByUsers(engine),
  };
};

/** The index alone tells whether there are too many: no row is read for a refusal. */
const findByUsers = (engine: Engine): RegistrationStore['findByUsers'] => {
  const count = engine.statement<{ readonly n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM registrations WHERE ${inList('user_id')} LIMIT ?)`,
  );
  const select = engine.statement<RegistrationRow>(
    `SELECT * FROM registrations
     WHERE ${inList('user_id')} AND application_id NOT IN (SELECT id FROM removed_applications WHERE cleaned = 0)
     ORDER BY user_id, first_at, application_id`,
  );
  return (userIds, most) =>
    engine.read(() => {
      const users = JSON.stringify(userIds);
      if ((count.get(users, most + 1)?.n ?? 0) > most) return 'too_many';
      return select.all(users).flatMap((row) => (row.user_id === null ? [] : [registrationOf(row, row.user_id)]));
    });
};

interface SingleRegistration {
  record(registration: NewRegistration): 'first' | 'already';
  bury(applicationId: string, userId: string): void;
}

/** Each call is part of a write. */
const singleRegistration = (engine: Engine, instants: FirstInstants): SingleRegistration => {
  const rows = registrationRows(engine);
  const { isGoneApplication, isErasedUser } = gone(engine);
  const again = { PRODUCTION: touch(engine, 'production'), SANDBOX: touch(engine, 'sandbox') };
  const save = saveWith(engine, instants);
  return {
    record: (registration) => {
      const { applicationId, environment, userId, at } = registration;
      const key = registrationKey(applicationId, userId);
      if (again[environment].run(at, at, key) === 1) return 'already';
      const row = rows.byKey.get(key);
      if (row?.user_id === null || isGoneApplication(applicationId)) return 'already';
      const first = Math.max(instants.of(registration), row?.first_at ?? 0);
      if (row === undefined) {
        const made = newRow(registration, first);
        save(undefined, isErasedUser(userId) ? tombstoneOf(made) : made);
        return 'first';
      }
      save(row, withInstants(row, environment, { firstTokenAt: first, lastTokenAt: first }));
      return 'first';
    },
    bury: (applicationId, userId) => {
      const row = rows.byKey.get(registrationKey(applicationId, userId));
      if (row !== undefined && row.user_id !== null) save(row, tombstoneOf(row));
    },
  };
};

/** One row and the figures that count it. */
const saveWith = (engine: Engine, instants: FirstInstants) => {
  const rows = registrationRows(engine);
  return (before: RegistrationRow | undefined, after: RegistrationRow): void => {
    const figures = figureChanges(engine);
    rows.save(before, after, figures);
    figures.write();
    instants.note(after);
  };
};

/** The path of every login but the first: one statement. Instant twice, key. */
const touch = (engine: Engine, environment: 'production' | 'sandbox') =>
  engine.statement(
    `UPDATE registrations SET last_at = max(last_at, ?), ${environment}_last = max(${environment}_last, ?)
     WHERE key = ? AND user_id IS NOT NULL AND ${environment}_first IS NOT NULL`,
  );

/** Rows of one import one after the other, in memory until `write`. */
interface ImportBatch {
  take(registration: NewRegistration): ImportOutcome;
  write(): void;
}

interface RowState {
  readonly before: RegistrationRow | undefined;
  readonly after: RegistrationRow | undefined;
}

const importBatch = (engine: Engine, instants: FirstInstants): ImportBatch => {
  const rows = registrationRows(engine);
  const { isGoneApplication, isErasedUser } = gone(engine);
  const states = new Map<string, RowState>();
  const stateOf = (key: Uint8Array): RowState => {
    const before = rows.byKey.get(key);
    return { before, after: before };
  };
  return {
    take: (registration) => {
      const { applicationId, userId } = registration;
      const id = JSON.stringify([applicationId, userId]);
      const state = states.get(id) ?? stateOf(registrationKey(applicationId, userId));
      if (state.after === undefined && (isGoneApplication(applicationId) || isErasedUser(userId))) return 'erased';
      const { row, outcome } = imported(state.after, registration);
      states.set(id, { before: state.before, after: row });
      return outcome;
    },
    write: () => {
      const figures = figureChanges(engine);
      for (const { before, after } of states.values()) {
        if (after === undefined || after === before) continue;
        rows.save(before, after, figures);
        instants.note(after);
      }
      figures.write();
    },
  };
};

const imported = (
  row: RegistrationRow | undefined,
  registration: NewRegistration,
): { readonly row: RegistrationRow; readonly outcome: ImportOutcome } => {
  const { environment, at } = registration;
  if (row === undefined) return { row: newRow(registration, at), outcome: 'created' };
  if (row.user_id === null) return { row, outcome: 'erased' };
  const known = instantsOf(row, environment);
  if (known === undefined) {
    return { row: withInstants(row, environment, { firstTokenAt: at, lastTokenAt: at }), outcome: 'created' };
  }
  if (known.firstTokenAt <= at) return { row, outcome: 'unchanged' };
  return { row: withInstants(row, environment, { ...known, firstTokenAt: at }), outcome: 'moved' };
};
