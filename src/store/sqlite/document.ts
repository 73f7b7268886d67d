/** Reads a JSON column that this adapter wrote from a value of the same type. */
export const parseDocument = <T>(body: string): T => JSON.parse(body) as T; // the column's only writer is `JSON.stringify` of a T
