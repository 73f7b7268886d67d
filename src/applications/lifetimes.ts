import { wholeNumber } from '../management/input-limits.js';
import type { KeySet } from '../model/application.js';
import { daySeconds } from '../model/clock.js';
import { badInput } from '../model/management-error.js';
import { longestAccessTokenSeconds } from '../model/token-family.js';

const longestRefreshSeconds = 10 * 365 * daySeconds;

/** Every lifetime of a key set in whole seconds: what it is when nobody says, and what it can be. */
export const lifetimeRules = {
  accessTokenLifetimeSeconds: { default: 3600, min: 1, max: longestAccessTokenSeconds },
  /** Ceiling of `validity_period`. */
  maxAccessTokenLifetimeSeconds: { default: daySeconds, min: 1, max: longestAccessTokenSeconds },
  /** Of the whole family, whatever is refreshed. */
  refreshTokenLifetimeSeconds: { default: 30 * daySeconds, min: 1, max: longestRefreshSeconds },
  refreshTokenIdleSeconds: { default: 7 * daySeconds, min: 1, max: longestRefreshSeconds },
  refreshTokenReuseWindowSeconds: { default: 10, min: 0, max: 300 },
} as const;

type LifetimeName = keyof typeof lifetimeRules;
export type Lifetimes = Pick<KeySet, LifetimeName>;
export type LifetimeInput = { readonly [Name in LifetimeName]?: number | null | undefined };

/** Pairs of which the first is at most the second. */
const bounds = [
  ['accessTokenLifetimeSeconds', 'maxAccessTokenLifetimeSeconds'],
  ['refreshTokenIdleSeconds', 'refreshTokenLifetimeSeconds'],
] as const;

/**
 * The lifetimes after a change. Absent stays (for a new key set: the default), null goes back to the default. A default gives way to the
 * other of its pair, two stated values that contradict each other are refused.
 * @throws ManagementError BAD_USER_INPUT on the lifetime
 */
export const checkedLifetimes = (input: LifetimeInput, present?: Lifetimes): Lifetimes => {
  const stated = (name: LifetimeName): number | undefined => {
    const given = input[name];
    if (given === undefined) return present?.[name];
    return given === null ? undefined : wholeNumber(name, given, lifetimeRules[name]);
  };
  const pairs = bounds.map(([lower, upper]) => {
    const low = stated(lower) ?? Math.min(lifetimeRules[lower].default, stated(upper) ?? Infinity);
    const high = stated(upper) ?? Math.max(lifetimeRules[upper].default, low);
    if (low <= high) return [low, high] as const;
    throw typeof input[lower] === 'number'
      ? badInput(lower, `Give at most ${upper}, which is ${high}.`)
      : badInput(upper, `Give at least ${lower}, which is ${low}.`);
  });
  const [[access, maxAccess] = [0, 0], [idle, absolute] = [0, 0]] = pairs;
  return {
    accessTokenLifetimeSeconds: access,
    maxAccessTokenLifetimeSeconds: maxAccess,
    refreshTokenLifetimeSeconds: absolute,
    refreshTokenIdleSeconds: idle,
    refreshTokenReuseWindowSeconds:
      stated('refreshTokenReuseWindowSeconds') ?? lifetimeRules.refreshTokenReuseWindowSeconds.default,
  };
};
