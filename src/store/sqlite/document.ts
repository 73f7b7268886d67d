/** Reads a JSON column that this adapter wrote from a value of the same type: the column's only writer is `JSON.stringify` of a T. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the column's type
export const parseDocument = <T>(body: string): T => JSON.parse(body) as T;
