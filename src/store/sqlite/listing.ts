import type { Page, PageRequest } from '../../model/page.js';
import type { Statements, Value } from './connection.js';

/** A part of a WHERE clause with the values of its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The condition that a filter field means, none when the field is absent. */
export const when = <T>(
  field: T | undefined,
  sql: string,
  value: (field: T) => readonly Value[],
): readonly Condition[] => (field === undefined ? [] : [{ sql, values: value(field) }]);

export const where = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
  values: conditions.flatMap(({ values }) => values),
});

/** Strictly behind a position in a list ordered by the two columns. */
export const behind = (request: PageRequest, columns: string, direction: '<' | '>'): readonly Condition[] =>
  when(request.after, `(${columns}) ${direction} (?, ?)`, ({ at, id }) => [at, id]);

/** A page from one row more than was asked for. */
export const pageOf = <Row, T>(rows: readonly Row[], request: PageRequest, parse: (row: Row) => T): Page<T> => ({
  items: rows.slice(0, request.first).map(parse),
  hasNextPage: rows.length > request.first,
});

/** The values of a list that is bound as one JSON parameter. */
export const inList = (column: string): string => `${column} IN (SELECT value FROM json_each(?))`;

export const countOf = (statements: Statements, table: string, conditions: readonly Condition[]): number => {
  const { sql, values } = where(conditions);
  const count = statements.statement<{ readonly n: number }>(`SELECT count(*) AS n FROM ${table} ${sql}`);
  return count.get(...values)?.n ?? 0;
};
