import { performance } from 'node:perf_hooks';
import type { EpochMillis } from '../../model/clock.js';

/** One question for the server's time: when it was asked and answered by the monotonic clock, and what it said. */
export interface Sample {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly serverTime: EpochMillis;
}

export interface StoreClock {
  now(): EpochMillis;
  observe(sample: Sample): void;
  /** By how much the database's time may be ahead of it, in milliseconds. */
  uncertainty(): number;
}

/** Samples to choose from: the one with the shortest way there and back knows best. */
const keptSamples = 8;

/**
 * The database's time: its distance from the monotonic clock, measured again and again, so that servers whose own clocks differ agree. Never
 * ahead of the database, however long the ways there and back take: what one server has done lies before the present of every other. It never
 * goes back: set back, it goes on at half the pace until the database has caught up, so that no window or lifetime takes more than twice as
 * long. Standing still, it would keep them all open until then.
 */
export const createStoreClock = (first: Sample, monotonic: () => number = () => performance.now()): StoreClock => {
  let samples: readonly Sample[] = [first];
  let anchor: { readonly at: EpochMillis; readonly elapsed: number } = { at: 0, elapsed: monotonic() };
  return {
    now: () => {
      const elapsed = monotonic();
      const slowed = Math.floor(anchor.at + (elapsed - anchor.elapsed) / 2);
      const told = Math.floor(elapsed + offset(best(samples)));
      if (told < slowed) return slowed;
      anchor = { at: told, elapsed };
      return told;
    },
    observe: (sample) => {
      const agreeing = samples.filter((known) => agree(known, sample));
      samples = [...agreeing, sample].slice(-keptSamples);
    },
    uncertainty: () => Math.ceil(width(best(samples))) + 1,
  };
};

const width = ({ askedAt, answeredAt }: Sample): number => answeredAt - askedAt;

/** At the least: the answer was given before it was here. At the most it is the width more, and what whole milliseconds leave out. */
const offset = ({ answeredAt, serverTime }: Sample): number => serverTime - answeredAt;

/** Where they cannot both be right the server's clock was set meanwhile (or another server answers): only the newer one counts. */
const agree = (one: Sample, other: Sample): boolean =>
  offset(one) <= offset(other) + width(other) + driftMillis && offset(other) <= offset(one) + width(one) + driftMillis;

/** What good clocks drift apart while the samples are kept, with the rounding. */
const driftMillis = 10;

const best = (samples: readonly Sample[]): Sample =>
  samples.reduce((narrowest, sample) => (width(sample) <= width(narrowest) ? sample : narrowest));
