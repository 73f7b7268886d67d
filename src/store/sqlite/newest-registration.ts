import { keyEnvironments } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { Statements } from './connection.js';
import { firstColumn } from './registration-rows.js';

/**
 * The last first instant that the file holds. When the system clock was set back between two starts it lies ahead of the present: a cut that
 * was made `asOf` the present would then leave users out who are registered. A few looks into an index for each application.
 */
export const newestRegistration = (statements: Statements): EpochMillis => {
  const columns = [undefined, ...keyEnvironments].map(firstColumn);
  const newest = columns.map(
    (column) =>
      `SELECT (SELECT max(${column}) FROM registrations WHERE application_id = id AND ${column} IS NOT NULL) AS at FROM applications`,
  );
  const found = statements.statement<{ readonly at: EpochMillis | null }>(
    `SELECT max(at) AS at FROM (${newest.join(' UNION ALL ')})`,
  );
  return found.get()?.at ?? 0;
};
