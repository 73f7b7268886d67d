/** What can be left out, and be null. */
export type Given<T> = T | null | undefined;
