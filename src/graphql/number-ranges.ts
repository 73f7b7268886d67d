import { versions } from '../applications/application-fields.js';
import { lifetimeRules } from '../applications/lifetimes.js';
import { retirementSeconds } from '../applications/rotate-client-secret.js';
import type { Range } from '../management/input-limits.js';
import { pageLengths } from '../model/page.js';
import { longestAccessTokenSeconds } from '../model/token-family.js';

/**
 * What a whole number can be, by the name of its argument or input field, which means the same wherever it stands: for what is no whole number
 * at all, and therefore never gets to the use case.
 */
export const numberRanges: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['first', pageLengths],
  ['ifVersion', versions],
  ['retireOldAfterSeconds', retirementSeconds],
  ['validityPeriodSeconds', { min: 1, max: longestAccessTokenSeconds }],
  ...Object.entries(lifetimeRules),
]);

/** `Seconds, 1 to 31536000; the default is 3600.` */
export const lifetimeDescription = (name: keyof typeof lifetimeRules): string => {
  const { min, max, default: usual } = lifetimeRules[name];
  return `Seconds, ${min} to ${max}; the default is ${usual}.`;
};
