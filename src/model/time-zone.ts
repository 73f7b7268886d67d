import type { EpochMillis } from './clock.js';
import { badInput } from './management-error.js';
import { nearestName } from './nearest-name.js';

/** A time zone of the IANA database with its rules as the runtime knows them (ICU). */
export interface TimeZone {
  readonly name: string;
  /** What the zone's clocks are ahead of UTC at an instant, in milliseconds. */
  offsetAt(at: EpochMillis): number;
}

/**
 * Takes `Area/Location`, `Etc/…` and `UTC`; like everywhere in ECMAScript capitals make no difference. Abbreviations and other
 * names without an area (`CET`, `EST5EDT`, `Japan`) are refused: most of them do not say which place's rules are meant.
 * @throws ManagementError BAD_USER_INPUT on `field`, with the nearest name
 */
export const timeZone = (name: string, field: string): TimeZone => {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const formatter = isZoneName(name) ? formatterOf(name) : undefined;
  if (formatter === undefined) throw badInput(field, refusal(name));
  const offsetAt = remembering((at) => wallClock(formatter, at) - wholeSeconds(at));
  const zone: TimeZone = { name: withItsCapitals(name, formatter), offsetAt };
  if (zones.size >= keptZones) zones.clear();
  zones.set(name, zone);
  return zone;
};

/** A link stays the name that was given: the runtime knows the capitals of the zone that it leads to alone. */
const withItsCapitals = (name: string, formatter: Intl.DateTimeFormat): string => {
  const { timeZone: known } = formatter.resolvedOptions();
  return known.toLowerCase() === name.toLowerCase() ? known : name;
};

/**
 * Formatters are dear to make and hold memory, and callers choose the names: only so many are kept. Each spelling for itself: nobody is
 * answered with that of somebody else.
 */
const keptZones = 100;
const zones = new Map<string, TimeZone>();

/** Dashboards ask for the same days again and again, and the formatter is what they would wait for. */
const remembering = (offsetAt: TimeZone['offsetAt']): TimeZone['offsetAt'] => {
  const offsets = new Map<EpochMillis, number>();
  return (at) => {
    const known = offsets.get(at);
    if (known !== undefined) return known;
    const offset = offsetAt(at);
    if (offsets.size >= keptOffsets) offsets.clear();
    offsets.set(at, offset);
    return offset;
  };
};

const keptOffsets = 4096;

/** `SystemV/…` is a leftover of ICU and no IANA name. */
const isZoneName = (name: string): boolean =>
  /^(?:utc|(?!systemv\/)[a-z]+(?:\/[a-z0-9_+-]+){1,2})$/i.test(name) && name.length <= 64;

const formatterOf = (name: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', { ...numericFields, timeZone: name });
  } catch {
    return undefined; // RangeError: no such zone
  }
};

/** Month, day, year, hour, minute, second, whatever the server's own locale, calendar and time zone are. */
const numericFields: Intl.DateTimeFormatOptions = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
};

/** What the zone's clocks show at an instant, read as if it were UTC; whole seconds. */
const wallClock = (formatter: Intl.DateTimeFormat, at: EpochMillis): number => {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
    formatter.format(at).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const wholeSeconds = (at: EpochMillis): number => Math.floor(at / 1000) * 1000;

const refusal = (name: string): string => {
  const names = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
  const place = `/${name.toLowerCase()}`; // people know the city, and leave the area out
  const ofCity = names.find((each) => each.toLowerCase().endsWith(place)) ?? zoneOfCity(name);
  const nearest = ofCity ?? nearestName(name, names);
  const sentence = 'This is not a time zone: give an IANA name like Europe/Berlin, or UTC; abbreviations are refused.';
  return nearest === undefined ? sentence : `${sentence} The nearest name is ${nearest}.`;
};

/** Of cities that were renamed the runtime lists the former name alone, but knows the present one: Asia/Katmandu and Asia/Kathmandu. */
const zoneOfCity = (name: string): string | undefined => {
  if (!/^[a-z]+(?:_[a-z]+){0,2}$/i.test(name) || name.length > 32) return undefined;
  const city = name.toLowerCase().replace(/(?:^|_)[a-z]/g, (start) => start.toUpperCase());
  return areas.map((area) => `${area}/${city}`).find((zone) => formatterOf(zone) !== undefined);
};

/** Where cities are. */
const areas = ['Africa', 'America', 'Asia', 'Atlantic', 'Europe', 'Indian', 'Pacific'] as const;
