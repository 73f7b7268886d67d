import { dayMillis } from '../model/clock.js';
import type { LocalDay } from '../model/local-time.js';
import { badInput } from '../model/management-error.js';

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
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // 2026-02-30 is read as the second of March: what is no date does not come back as it was given.
  if (at >= 0 && new Date(at).toISOString().startsWith(text)) return at / dayMillis;
  throw badInput(field, 'Give a date of the years 1970 to 9999 as YYYY-MM-DD.');
};

const monthsOf = (day: LocalDay): number => {
  const date = new Date(day * dayMillis);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
