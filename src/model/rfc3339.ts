import type { EpochMillis } from './clock.js';

/** Whether a text is a date of the calendar, YYYY-MM-DD (`full-date` of RFC 3339 §5.6). */
export const isCalendarDate = (text: string): boolean => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // 2026-02-30 is read as the second of March: what is no date does not come back as it was given.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

const dateTime =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,3})\d*)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Far beyond what anybody means: digits behind the third count for nothing. */
const lengthLimit = 64;

/** The instant that a text names (`date-time` of RFC 3339 §5.6); parts of a millisecond are cut off. Undefined: it names none. */
export const instantIn = (text: string): EpochMillis | undefined => {
  const [, date = '', time = '', fraction = '0', offset = ''] =
    text.length <= lengthLimit ? (dateTime.exec(text.toUpperCase()) ?? []) : [];
  return isCalendarDate(date) ? Date.parse(`${date}T${time}.${fraction}${offset}`) : undefined;
};
