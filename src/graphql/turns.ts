/** Rows that are written out before others get their turn: some four milliseconds of work. More turns cost a promise for each row. */
const rowsPerTurn = 1000;

export type Rows<T> = readonly (T | Promise<T>)[];

/** Hands rows to the executor so that other requests come in between. */
export type Turns = <T>(rows: Iterable<T>) => Rows<T>;

/**
 * For one operation: its first rows come at once, the others some at a time with a turn of the event loop in between, whichever lists they
 * belong to. What is long is written out in the thread that answers everybody.
 */
export const operationTurns = (): Turns => {
  let turn: Promise<void> | undefined;
  let left = rowsPerTurn;
  return <T>(rows: Iterable<T>) =>
    Array.from(rows, (row): T | Promise<T> => {
      if (left === 0) {
        turn = (turn ?? Promise.resolve()).then(nextTurn);
        left = rowsPerTurn;
      }
      left -= 1;
      return turn === undefined ? row : turn.then(() => row);
    });
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
