import { dayMillis } from '../model/clock.js';
import type { LocalDay } from '../model/local-time.js';
import { badInput } from '../model/management-error.js';
import { isCalendarDate } from '../model/rfc3339.js';

export const isFirstOfMonth = (day: LocalDay): boolean => new Date(day * dayMillis).getUTCDate() === 1;

/** The first day of the month that lies `months` after the month of `day`. */
export const monthAfter = (day: LocalDay, months: number): LocalDay => {
  const date = new Date(day * dayMillis);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / dayMillis;
};

/** Counted in the calendar, from the month of the one to the month of the other. */
export const monthsBetween = (from: LocalDay, to: LocalDay): number => monthsOf(to) - monthsOf(from);

/**
 * A local date as callers write it, YYYY-MM-DD.
 * @throws ManagementError BAD_USER_INPUT on `field`: no such date, or outside 1970 to 9999
 */
export const askedLocalDay = (field: string, text: string): LocalDay => {
  const at = isCalendarDate(text) ? Date.parse(`${text}T00:00:00Z`) : -1;
  if (at >= 0) return at / dayMillis;
  throw badInput(field, 'Give a date of the years 1970 to 9999 as YYYY-MM-DD.');
};

const monthsOf = (day: LocalDay): number => {
  const date = new Date(day * dayMillis);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
