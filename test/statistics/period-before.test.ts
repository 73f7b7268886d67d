import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { intervals, splitPeriod } from '../../src/model/calendar.js';
import { timeZone } from '../../src/model/time-zone.js';
import { periodBefore } from '../../src/statistics/period-before.js';
import { at, periodOf } from './fixture.js';

describe('the period before', () => {
  test.each([
    {
      what: 'a month by days is the month before',
      interval: 'DAY' as const,
      zone: 'Europe/Berlin',
      period: ['2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'] as const,
      previous: ['2026-01-31T23:00:00Z', '2026-02-28T23:00:00Z'],
    },
    {
      what: 'two months are the two months before',
      interval: 'MONTH' as const,
      zone: 'UTC',
      period: ['2026-03-10T00:00:00Z', '2026-04-10T00:00:00Z'] as const,
      previous: ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    },
    {
      what: 'a leap year is the year before',
      interval: 'DAY' as const,
      zone: 'Asia/Kathmandu',
      period: ['2027-12-31T18:15:00Z', '2028-12-31T18:15:00Z'] as const,
      previous: ['2026-12-31T18:15:00Z', '2027-12-31T18:15:00Z'],
    },
    {
      what: 'a quarter is the quarter before',
      interval: 'QUARTER' as const,
      zone: 'America/New_York',
      period: ['2026-05-05T00:00:00Z', '2026-05-05T00:00:01Z'] as const,
      previous: ['2026-01-01T05:00:00Z', '2026-04-01T04:00:00Z'],
    },
    {
      what: 'the day after the 23-hour day is that day',
      interval: 'DAY' as const,
      zone: 'Europe/Berlin',
      period: ['2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z'] as const,
      previous: ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    },
    {
      what: 'a week over the change back of the clocks is a week of the calendar',
      interval: 'WEEK' as const,
      zone: 'America/New_York',
      period: ['2026-11-02T05:00:00Z', '2026-11-09T05:00:00Z'] as const,
      previous: ['2026-10-26T04:00:00Z', '2026-11-02T05:00:00Z'],
    },
    {
      what: 'ten days are ten days, also where they are counted by the hour',
      interval: 'HOUR' as const,
      zone: 'Europe/Berlin',
      period: ['2026-03-31T22:00:00Z', '2026-04-10T22:00:00Z'] as const,
      previous: ['2026-03-21T23:00:00Z', '2026-03-31T22:00:00Z'],
    },
    {
      what: 'three hours are three hours',
      interval: 'HOUR' as const,
      zone: 'Asia/Kathmandu',
      period: ['2026-05-05T05:15:00Z', '2026-05-05T08:15:00Z'] as const,
      previous: ['2026-05-05T02:15:00Z', '2026-05-05T05:15:00Z'],
    },
    {
      what: 'the hours that a day begins with are as many of the evening before',
      interval: 'HOUR' as const,
      zone: 'Asia/Kathmandu',
      period: ['2026-05-04T18:15:00Z', '2026-05-04T23:15:00Z'] as const,
      previous: ['2026-05-04T13:15:00Z', '2026-05-04T18:15:00Z'],
    },
    {
      what: 'the hours that a day ends with are as many before them',
      interval: 'HOUR' as const,
      zone: 'Asia/Kathmandu',
      period: ['2026-05-05T13:15:00Z', '2026-05-05T18:15:00Z'] as const,
      previous: ['2026-05-05T08:15:00Z', '2026-05-05T13:15:00Z'],
    },
    {
      what: 'two days after the one that Samoa skipped reach over it',
      interval: 'DAY' as const,
      zone: 'Pacific/Apia',
      period: ['2011-12-30T10:00:00Z', '2012-01-01T10:00:00Z'] as const,
      previous: ['2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    },
    {
      what: 'the first week of 1970 has one before it',
      interval: 'WEEK' as const,
      zone: 'UTC',
      period: ['1970-01-01T00:00:00Z', '1970-01-01T00:00:01Z'] as const,
      previous: ['1969-12-22T00:00:00Z', '1969-12-29T00:00:00Z'],
    },
    {
      what: 'the weeks of a February that begins with a Monday are compared with as many weeks',
      interval: 'WEEK' as const,
      zone: 'UTC',
      period: ['2027-02-01T00:00:00Z', '2027-03-01T00:00:00Z'] as const,
      previous: ['2027-01-04T00:00:00Z', '2027-02-01T00:00:00Z'],
    },
    {
      what: 'its days are compared with the month before',
      interval: 'DAY' as const,
      zone: 'UTC',
      period: ['2027-02-01T00:00:00Z', '2027-03-01T00:00:00Z'] as const,
      previous: ['2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z'],
    },
    {
      what: 'no time is no time',
      interval: 'DAY' as const,
      zone: 'UTC',
      period: ['2026-01-01T01:00:00Z', '2026-01-01T01:00:00Z'] as const,
      previous: ['2026-01-01T01:00:00Z', '2026-01-01T01:00:00Z'],
    },
  ])('$what', ({ interval, zone, period, previous: [from = '', to = ''] }) => {
    expect(periodBefore(periodOf(interval, zone, period)).previous).toEqual({ from: at(from), to: at(to) });
  });

  it('ends where the period begins and has as many buckets, but for days of months of another length', () => {
    const sample = fc.record({
      zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')).map((name) => timeZone(name, 'z')),
      interval: fc.constantFrom(...intervals),
      from: fc.integer({ min: at('2012-02-01T00:00:00Z'), max: at('2045-01-01T00:00:00Z') }),
      days: fc.integer({ min: 1, max: 27 }),
    });
    fc.assert(
      fc.property(sample, ({ zone, interval, from, days }) => {
        const period = { from, to: from + days * 86_400_000, interval, timeZone: zone };
        const { previous, current } = periodBefore(period);
        const buckets = splitPeriod(period);
        expect(current).toEqual({ from: buckets[0]?.start, to: buckets.at(-1)?.end });
        expect(previous.to).toBe(current.from);
        const before = splitPeriod({ ...period, ...previous });
        expect([before[0]?.start, before.at(-1)?.end]).toEqual([previous.from, previous.to]);
        if (interval !== 'HOUR') expect(before).toHaveLength(buckets.length);
      }),
      { numRuns: 200 },
    );
  });
});
