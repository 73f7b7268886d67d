import { dayMillis, type EpochMillis } from './clock.js';

/** The grain of kept figures: every zone's offset since 1980 is a multiple of it. */
export const quarterMillis = 900_000;
export const quartersPerDay = 96;

/** Days since 1970-01-01, UTC. */
export type UtcDay = number;

export const utcDayOf = (at: EpochMillis): UtcDay => Math.floor(at / dayMillis);

export const utcDayStart = (day: UtcDay): EpochMillis => day * dayMillis;

/** Which quarter hour of its UTC day an instant lies in, 0 to 95. */
export const quarterOf = (at: EpochMillis): number => Math.floor((at - utcDayStart(utcDayOf(at))) / quarterMillis);
