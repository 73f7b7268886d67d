import { nameKey } from '../../model/application.js';
import type { Connection } from './connection.js';

interface NamedRow {
  readonly id: string;
  readonly name_key: string;
}

/**
 * Names that an earlier version folded otherwise are folded anew; ASCII was always folded the same. A name that another application has by
 * now keeps its old form, under which nobody finds it: its application works on, and is found by its id.
 */
export const foldNames = (connection: Connection): void => {
  const rows = connection.statement<NamedRow>("SELECT id, name_key FROM applications WHERE name_key GLOB '*[^ -~]*'");
  const fold = connection.statement('UPDATE OR IGNORE applications SET name_key = ? WHERE id = ?');
  for (const { id, name_key: key } of rows.all()) if (nameKey(key) !== key) fold.run(nameKey(key), id);
};
