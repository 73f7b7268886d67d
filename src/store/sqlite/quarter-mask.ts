/** The 96 quarter hours of a day as three numbers of 32 bits, the first quarter in the lowest bit of `early`. */
export interface QuarterMask {
  readonly early: number;
  readonly middle: number;
  readonly late: number;
}

export const maskOf = (quarters: readonly number[]): QuarterMask => ({
  early: wordOf(quarters, 0),
  middle: wordOf(quarters, 32),
  late: wordOf(quarters, 64),
});

/** The quarters from `from` until before `to`. */
export const maskBetween = (from: number, to: number): QuarterMask =>
  maskOf(Array.from({ length: to - from }, (_, index) => from + index));

/** Unsigned, as SQLite's 64-bit integers hold it. */
const wordOf = (quarters: readonly number[], first: number): number =>
  quarters
    .filter((quarter) => quarter >= first && quarter < first + 32)
    .reduce((word, quarter) => (word | (1 << (quarter - first))) >>> 0, 0);
