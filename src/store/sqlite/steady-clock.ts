import { performance } from 'node:perf_hooks';
import type { Clock, EpochMillis } from '../../model/clock.js';

/**
 * The system's time, but it never goes back: when the system clock is set back, time goes on from where it was by the monotonic clock,
 * so that no window, lifetime or throttle becomes longer. It follows at once when the system clock is set ahead.
 */
export const steadyClock = (wall: Clock = Date.now, monotonic: () => number = () => performance.now()): Clock => {
  let anchor: { readonly at: EpochMillis; readonly elapsed: number } = { at: wall(), elapsed: monotonic() };
  return () => {
    // In this order: a process that is held up in between must not be ahead of the system clock from then on.
    const present = wall();
    const elapsed = monotonic();
    const steady = anchor.at + Math.floor(elapsed - anchor.elapsed);
    if (present <= steady) return steady;
    anchor = { at: present, elapsed };
    return present;
  };
};
