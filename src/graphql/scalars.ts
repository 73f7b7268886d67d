import { GraphQLScalarType } from 'graphql';
import type { EpochMillis } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import { instantIn, isCalendarDate } from '../model/rfc3339.js';
import { timeZone } from '../model/time-zone.js';

/** Where a scalar refuses a value, the place that it stood at becomes the error's field (`input-errors`). */
const refused = (message: string): Error => badInput('', message);

const instantSentence =
  'Give an instant by RFC 3339 with its offset from UTC, like 2026-01-31T09:00:00Z, that is on the calendar.';
const dateSentence = 'Give a date as YYYY-MM-DD that is on the calendar.';
const zoneSentence = 'Give a time zone by its IANA name, like Europe/Berlin, or UTC.';

const parseInstant = (value: unknown): EpochMillis => {
  const instant = typeof value === 'string' ? instantIn(value) : undefined;
  if (instant === undefined) throw refused(instantSentence);
  return instant;
};

export const DateTimeScalar = new GraphQLScalarType<EpochMillis, string>({
  name: 'DateTime',
  description:
    'An instant by RFC 3339: answers are in UTC with milliseconds and "Z"; inputs may have any offset, parts of a millisecond are cut off.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  parseValue: parseInstant,
  serialize: (value) => instantText(Number(value)),
});

/** Rows of many applications name the same few instants again and again. */
const instantText = (at: EpochMillis): string => {
  const known = instantTexts.get(at);
  if (known !== undefined) return known;
  const text = new Date(at).toISOString();
  if (instantTexts.size >= mostInstantTexts) instantTexts.clear();
  instantTexts.set(at, text);
  return text;
};

const instantTexts = new Map<EpochMillis, string>();
const mostInstantTexts = 1000;

export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'A local date in the time zone asked for, YYYY-MM-DD.',
  parseValue: (value) => {
    if (typeof value === 'string' && isCalendarDate(value)) return value;
    throw refused(dateSentence);
  },
  serialize: String,
});

export const TimeZoneScalar = new GraphQLScalarType<string, string>({
  name: 'TimeZone',
  description: 'A time zone by its IANA name, like "Europe/Berlin", or "UTC". Abbreviations like "CET" are refused.',
  specifiedByURL: 'https://www.iana.org/time-zones',
  parseValue: (value) => {
    if (typeof value !== 'string') throw refused(zoneSentence);
    return timeZone(value, '').name;
  },
  serialize: String,
});
