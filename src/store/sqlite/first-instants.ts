import { keyEnvironments } from '../../model/application.js';
import { lastInstant, type Clock, type EpochMillis } from '../../model/clock.js';
import { firstInstant } from '../../model/first-instant.js';
import type { NewRegistration } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { firstColumn, type RegistrationRow } from './registration-rows.js';

/** Knows the newest first instant of the file, which one process writes: it is looked for once and then remembered. */
export interface FirstInstants {
  /** At which instant a first token counts. Part of a write. */
  of(registration: NewRegistration): EpochMillis;
  /** Of every row that is written. */
  note(row: RegistrationRow): void;
  readonly newest: () => EpochMillis;
}

export const firstInstants = (statements: Statements, clock: Clock): FirstInstants => {
  const user = statements.statement<{ readonly created_at: EpochMillis }>('SELECT created_at FROM users WHERE id = ?');
  let newest = newestOf(statements);
  return {
    of: ({ userId, at }) =>
      firstInstant({ at, userCreatedAt: user.get(userId)?.created_at }, { unreached: clock() + 1, newest }),
    note: (row) => {
      for (const column of columns) newest = Math.max(newest, row[column] ?? 0);
    },
    newest: () => newest,
  };
};

const columns = [undefined, ...keyEnvironments].map(firstColumn);

/** A few looks into an index for each application. */
export const newestOf = (statements: Statements): EpochMillis => {
  const newest = columns.map(
    (column) =>
      `SELECT (SELECT max(${column}) FROM registrations WHERE application_id = id AND ${column} <= ${lastInstant}) AS at FROM applications`,
  );
  const found = statements.statement<{ readonly at: EpochMillis | null }>(
    `SELECT max(at) AS at FROM (${newest.join(' UNION ALL ')})`,
  );
  return found.get()?.at ?? 0;
};
