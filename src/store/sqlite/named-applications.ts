import type { Statements } from './connection.js';

const atOnce = 100;

/** A few looks into two indexes for each, whatever the number of users. */
export const namedApplications = (
  statements: Statements,
  after: string,
): readonly { readonly id: string; readonly known: boolean }[] => {
  const next = (table: string, id: string): string =>
    `(SELECT min(application_id) FROM ${table} WHERE application_id > ${id})`;
  const nextOf = (id: string): string => {
    const [row, figure] = [next('registrations', id), next('registration_figures', id)];
    return `min(coalesce(${row}, ${figure}), coalesce(${figure}, ${row}))`;
  };
  return statements
    .statement<{ readonly id: string; readonly known: number }>(
      `WITH RECURSIVE named (id) AS (
         SELECT ${nextOf('?1')} UNION ALL SELECT ${nextOf('named.id')} FROM named WHERE named.id IS NOT NULL
       )
       SELECT id, id IN (SELECT id FROM applications) OR id IN (SELECT id FROM removed_applications) AS known
       FROM named WHERE id IS NOT NULL LIMIT ${atOnce}`,
    )
    .all(after)
    .map(({ id, known }) => ({ id, known: known === 1 }));
};
