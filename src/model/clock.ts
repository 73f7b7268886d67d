/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number;

/** Tells the present instant. A parameter everywhere, so that tests move it by hand. */
export type Clock = () => EpochMillis;

/** The instant `seconds` after `at`. */
export const later = (at: EpochMillis, seconds: number): EpochMillis => at + seconds * 1000;

/** NumericDate (RFC 7519 §2): whole seconds, rounded down. */
export const numericDate = (at: EpochMillis): number => Math.floor(at / 1000);
