import { dayMillis, hourMillis, type EpochMillis } from './clock.js';
import type { TimeZone } from './time-zone.js';

/** A date of the calendar on the wall: days since 1970-01-01 in the proleptic Gregorian calendar, whatever the zone. */
export type LocalDay = number;

/** The date that the zone's clocks show at an instant. */
export const localDayAt = (zone: TimeZone, at: EpochMillis): LocalDay =>
  Math.floor((at + zone.offsetAt(at)) / dayMillis);

/** The first instant at which that date, or a later one, is reached. */
export const startOfLocalDay = (zone: TimeZone, day: LocalDay): EpochMillis => dayStart(zone, day * dayMillis);

/** What a zone's clocks show, as milliseconds: the instant at which clocks in UTC show the same. */
type LocalMillis = number;

/** More than any zone was ever away from UTC since 1970, clock changes of a whole day (Apia, Kwajalein) included. */
const reachMillis = 16 * hourMillis;

/**
 * The first instant at which the zone's date is that of `midnight` or later. Where clocks go from 23:59 to 01:00, or skip the day, this is the
 * instant of the change; where they show midnight twice, it is the first time.
 */
const dayStart = (zone: TimeZone, midnight: LocalMillis): EpochMillis => {
  const before = zone.offsetAt(midnight - reachMillis);
  const after = zone.offsetAt(midnight + reachMillis);
  if (before === after) return midnight - before;
  const change = offsetChange(zone, midnight - reachMillis, midnight + reachMillis);
  return midnight - before < change ? midnight - before : Math.max(midnight - after, change);
};

/** The start of the local hour that holds an instant. */
export const hourStart = (zone: TimeZone, at: EpochMillis): EpochMillis => {
  const offset = zone.offsetAt(at);
  const full = at - remainder(at + offset);
  if (zone.offsetAt(full) === offset) return full;
  const change = offsetChange(zone, full, at);
  return beginsHour(zone, change) ? change : hourStart(zone, change - 1);
};

/** The start of the local hour after the one that holds an instant. */
export const hourAfter = (zone: TimeZone, at: EpochMillis): EpochMillis => {
  const offset = zone.offsetAt(at);
  const full = at + hourMillis - remainder(at + offset);
  if (zone.offsetAt(full) === offset) return full;
  const change = offsetChange(zone, at, full);
  return beginsHour(zone, change) ? change : hourAfter(zone, change);
};

/** Whether clocks show a full hour or another hour than before. Going back from 02:00 to 01:30 only makes the hour longer. */
const beginsHour = (zone: TimeZone, change: EpochMillis): boolean => {
  const shown = change + zone.offsetAt(change);
  const shownBefore = change - 1 + zone.offsetAt(change - 1);
  return remainder(shown) === 0 || Math.floor(shown / hourMillis) !== Math.floor(shownBefore / hourMillis);
};

const remainder = (local: LocalMillis): number => ((local % hourMillis) + hourMillis) % hourMillis;

/** The instant in `(from, to]` at which the offset becomes another one; zones change it on whole seconds, and not twice in 32 hours. */
const offsetChange = (zone: TimeZone, from: EpochMillis, to: EpochMillis): EpochMillis => {
  const before = zone.offsetAt(from);
  let low = Math.floor(from / 1000);
  let high = Math.ceil(to / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
};
