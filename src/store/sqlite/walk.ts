import { setImmediate } from 'node:timers/promises';
import type { PageRequest, Position } from '../../model/page.js';
import type { Statements } from './connection.js';
import { answer } from './engine.js';
import { behind, where, type Condition } from './listing.js';

/** A list in the order of an index, and what no index tells of its rows. */
export interface Walk {
  readonly table: string;
  /** What is read of a row. */
  readonly columns: string;
  /** The column of its instants. */
  readonly at: string;
  readonly order: 'ASC' | 'DESC';
  /** What the index begins with. */
  readonly within: readonly Condition[];
  readonly filter: readonly Condition[];
}

/** Rows that are looked at before others have their turn: some milliseconds at most. */
const rowsPerTurn = 2000;

/**
 * One row more than the page has, as `pageOf` takes them. Where few rows fit, all of a large table may have to be looked at: that is done in
 * the order of the list, some rows at a time, with a turn of the event loop in between.
 */
export const walkedRows = async <Row>(
  statements: Statements,
  walk: Walk,
  { first, after }: PageRequest,
): Promise<readonly Row[]> => {
  const found: Row[] = [];
  let looked = first + 1; // at first: most pages need no more
  for (let position = after; ;) {
    const step = { walk, position, looked, wanted: first + 1 - found.length };
    const { rows, last } = await answer(() => stepOf<Row>(statements, step));
    found.push(...rows);
    if (last === undefined) return found;
    position = last;
    looked = Math.min(4 * looked, rowsPerTurn);
    await setImmediate();
  }
};

interface Step {
  readonly walk: Walk;
  readonly position: Position | undefined;
  /** How many rows are looked at. */
  readonly looked: number;
  readonly wanted: number;
}

interface Stepped<Row> {
  readonly rows: readonly Row[];
  /** The last row that was looked at; undefined: there are enough, or no more. */
  readonly last: Position | undefined;
}

const stepOf = <Row>(statements: Statements, { walk, position, looked, wanted }: Step): Stepped<Row> => {
  const { table, columns, at, order, within, filter } = walk;
  const start = { first: looked, ...(position === undefined ? {} : { after: position }) };
  const { sql, values } = where([...within, ...behind(start, `${at}, id`, order === 'ASC' ? '>' : '<')]);
  const inOrder = `ORDER BY ${at} ${order}, id ${order}`;
  const fitting = where(filter);
  const rows = statements
    .statement<Row>(
      `SELECT ${columns} FROM (SELECT * FROM ${table} ${sql} ${inOrder} LIMIT ?) ${fitting.sql} ${inOrder} LIMIT ?`,
    )
    .all(...values, looked, ...fitting.values, wanted);
  if (rows.length === wanted) return { rows, last: undefined };
  const last = statements
    .statement<Position>(`SELECT ${at} AS at, id FROM ${table} ${sql} ${inOrder} LIMIT 1 OFFSET ?`)
    .get(...values, looked - 1);
  return { rows, last };
};
