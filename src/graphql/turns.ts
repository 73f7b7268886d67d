/** Rows of weight 1 that are written out before others get their turn: some eight milliseconds of work. Every row of a later turn costs promises. */
const weightPerTurn = 2000;

export type Rows<T> = Iterable<T | Promise<T>>;

/**
 * Hands rows to the executor, each when it is asked for and so that other requests come in between.
 * @param weight of each row (`operation-rows`); absent: 1
 */
export type Turns = <T>(rows: Iterable<T>, weight?: number) => Rows<T>;

/**
 * For one operation: its first rows come at once, the others some at a time with a turn of the event loop in between, whichever lists they
 * belong to. What is long is written out in the thread that answers everybody.
 */
export const operationTurns = (): Turns => {
  let turn: Promise<void> | undefined;
  let left = weightPerTurn;
  return function* <T>(rows: Iterable<T>, weight = 1): Generator<T | Promise<T>> {
    for (const row of rows) {
      if (left <= 0) {
        turn = (turn ?? Promise.resolve()).then(nextTurn);
        left = weightPerTurn;
      }
      left -= weight;
      yield turn === undefined ? row : turn.then(() => row);
    }
  };
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
