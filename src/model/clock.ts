/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number;

/** Tells the present instant. A parameter everywhere, so that tests move it by hand. */
export type Clock = () => EpochMillis;

export const hourMillis = 3_600_000;
/** Of UTC: days on the wall can be longer or shorter. */
export const dayMillis = 24 * hourMillis;
export const daySeconds = 86_400;

/** The last one that RFC 3339 can write. */
export const lastInstant: EpochMillis = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The instant `seconds` after `at`. */
export const later = (at: EpochMillis, seconds: number): EpochMillis => at + seconds * 1000;

/** NumericDate (RFC 7519 §2): whole seconds, rounded down. */
export const numericDate = (at: EpochMillis): number => Math.floor(at / 1000);
