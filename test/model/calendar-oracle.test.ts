import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { splitPeriod } from '../../src/model/calendar.js';
import type { Bucket } from '../../src/model/calendar.js';
import { timeZone } from '../../src/model/time-zone.js';

/**
 * An independent answer: look at the zone's clock every five minutes, as the runtime formats it, and note when the date or the hour changes.
 * Since 1972-02 every zone's offset is a multiple of that (Kiritimati's was 10:40 behind until 1979), and clocks change at such minutes, but
 * in a few zones at a minute past.
 */
const step = 300_000;
const atMinutePast = new Set([
  'America/Goose_Bay',
  'America/Moncton',
  'America/St_Johns',
  'Antarctica/Casey',
  'Asia/Gaza',
  'Asia/Hebron',
  'Pacific/Guam',
  'Pacific/Saipan',
]);
const stepOf = (zone: string): number => (atMinutePast.has(zone) ? 60_000 : step);

const clockOf = (zone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return (at: number) => format.format(at);
};

const shown = (zone: string, from: number, to: number): readonly { at: number; date: string; time: string }[] => {
  const clock = clockOf(zone);
  const readings: { at: number; date: string; time: string }[] = [];
  for (let at = from; at < to; at += stepOf(zone)) {
    const [date = '', time = ''] = clock(at).split(' ');
    readings.push({ at, date, time });
  }
  return readings;
};

const dayStarts = (zone: string, from: number, to: number): readonly [number, string][] => {
  let latest: string | undefined;
  const starts: [number, string][] = [];
  for (const { at, date } of shown(zone, from, to)) {
    if (latest !== undefined && date > latest) starts.push([at, date]);
    if (latest === undefined || date > latest) latest = date;
  }
  return starts;
};

const hourStarts = (zone: string, from: number, to: number): readonly number[] =>
  shown(zone, from, to)
    .filter(({ time, date }, index, all) => {
      const before = all[index - 1];
      if (before === undefined) return false;
      return time.endsWith(':00:00') || `${date} ${time}`.slice(0, 13) !== `${before.date} ${before.time}`.slice(0, 13);
    })
    .map(({ at }) => at);

const within = (buckets: readonly Bucket[], from: number, to: number) =>
  buckets.filter(({ start }) => start > from && start < to);

const zones = Intl.supportedValuesOf('timeZone');

/** Half of the samples lie where clocks change: a change is looked for in the year after a random instant. */
const nearChange = (zone: string, at: number): number => {
  const offset = (instant: number) => timeZone(zone, 'z').offsetAt(instant);
  for (let day = 0; day < 366; day += 1) {
    const start = at + day * 86_400_000;
    if (offset(start) !== offset(start + 86_400_000)) return start;
  }
  return at;
};

const sample = fc
  .record({
    zone: fc.constantFrom(...zones),
    at: fc.integer({ min: Date.UTC(1972, 2, 1), max: Date.UTC(2040, 0, 1) }),
    change: fc.boolean(),
  })
  .map(({ zone, at, change }) => {
    const near = change ? nearChange(zone, at) : at;
    return { zone, from: Math.floor(near / step) * step - 2 * 86_400_000 };
  });

describe('the calendar and the clock on the wall', () => {
  it('agree where days begin, in every zone', () => {
    fc.assert(
      fc.property(sample, ({ zone, from }) => {
        const to = from + 4 * 86_400_000;
        const buckets = splitPeriod({ from, to, interval: 'DAY', timeZone: timeZone(zone, 'z') });
        expect(within(buckets, from, to).map(({ start, date }) => [start, date])).toEqual(dayStarts(zone, from, to));
      }),
      { numRuns: 150 },
    );
  });

  it('agree where hours begin, in every zone', () => {
    fc.assert(
      fc.property(sample, ({ zone, from }) => {
        const to = from + 4 * 86_400_000;
        const buckets = splitPeriod({ from, to, interval: 'HOUR', timeZone: timeZone(zone, 'z') });
        expect(within(buckets, from, to).map(({ start }) => start)).toEqual(hourStarts(zone, from, to));
      }),
      { numRuns: 150 },
    );
  });
});
