import type { Page, PageRequest } from '../../model/page.js';
import type { Value } from './connection.js';

/** A part of a WHERE clause with the values of its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The condition that a filter field means, none when the field is absent. */
export const when = <T>(field: T | undefined, sql: string, value: (field: T) => readonly Value[]): readonly Condition[] =>
  field === undefined ? [] : [{ sql, values: value(field) }];

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

/** Question marks for a list. Lengths are rounded up, so that few statements are prepared: fill with `padded`. */
export const marks = (values: readonly unknown[]): string => Array(roundedLength(values.length)).fill('?').join(', ');

export const padded = (values: readonly string[]): readonly Value[] => [
  ...values,
  ...Array<Value>(roundedLength(values.length) - values.length).fill(null),
];

const roundedLength = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(length, 1)));
