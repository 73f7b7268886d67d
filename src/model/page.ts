import type { EpochMillis } from './clock.js';

/** A place in a list ordered by (instant, id). */
export interface Position {
  readonly at: EpochMillis;
  readonly id: string;
}

/** How many items a page can be asked for. */
export const pageLengths = { min: 1, max: 100 };

/** Forward paging by keyset: items strictly behind `after` in the order of the list. */
export interface PageRequest {
  /** One of `pageLengths`. */
  readonly first: number;
  readonly after?: Position;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
}

/** Half-open `[from, to)`; an absent end is open. */
export interface InstantRange {
  readonly from?: EpochMillis;
  readonly to?: EpochMillis;
}
