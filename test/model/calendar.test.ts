import { describe, it, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bucketLimit, intervals, splitPeriod } from '../../src/model/calendar.js';
import type { Bucket, Interval } from '../../src/model/calendar.js';
import { timeZone } from '../../src/model/time-zone.js';

const at = (iso: string): number => Date.parse(iso);

const split = (interval: Interval, zone: string, [from, to]: readonly [string, string]): readonly Bucket[] =>
  splitPeriod({ from: at(from), to: at(to), interval, timeZone: timeZone(zone, 'period.timeZone') });

const hoursOf = ({ start, end }: Bucket): number => (end - start) / 3_600_000;

const shown = (buckets: readonly Bucket[]): readonly string[] =>
  buckets.map((bucket) => `${bucket.date} ${hoursOf(bucket)} h`);

describe('splitPeriod', () => {
  test.each([
    {
      what: 'the 23-hour day of spring',
      zone: 'Europe/Berlin',
      period: ['2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'] as const,
      days: ['2026-03-28 24 h', '2026-03-29 23 h', '2026-03-30 24 h'],
    },
    {
      what: 'the 25-hour day of autumn',
      zone: 'America/New_York',
      period: ['2026-11-01T04:00:00Z', '2026-11-02T05:00:01Z'] as const,
      days: ['2026-11-01 25 h', '2026-11-02 24 h'],
    },
    {
      what: 'a clock change of half an hour',
      zone: 'Australia/Lord_Howe',
      period: ['2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'] as const,
      days: ['2026-04-05 24.5 h'],
    },
    {
      what: 'the day that never was',
      zone: 'Pacific/Apia',
      period: ['2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z'] as const,
      days: ['2011-12-29 24 h', '2011-12-31 24 h', '2012-01-01 24 h'],
    },
    {
      what: 'another day that never was',
      zone: 'Pacific/Kwajalein',
      period: ['1993-08-20T12:00:00Z', '1993-08-22T11:00:00Z'] as const,
      days: ['1993-08-20 24 h', '1993-08-22 24 h'],
    },
    {
      what: 'a midnight that does not exist',
      zone: 'America/Sao_Paulo',
      period: ['2018-11-03T12:00:00Z', '2018-11-04T12:00:00Z'] as const,
      days: ['2018-11-03 24 h', '2018-11-04 23 h'],
    },
    {
      what: 'a midnight that comes twice',
      zone: 'America/Havana',
      period: ['2026-10-31T12:00:00Z', '2026-11-01T12:00:00Z'] as const,
      days: ['2026-10-31 24 h', '2026-11-01 25 h'],
    },
    {
      what: 'a date that comes back for 59 minutes after the next one began',
      zone: 'America/St_Johns',
      period: ['2010-11-07T02:45:00Z', '2010-11-07T03:00:00Z'] as const,
      days: ['2010-11-07 25 h'],
    },
  ])('counts $what', ({ zone, period, days }) => {
    expect(shown(split('DAY', zone, period))).toEqual(days);
  });

  it('begins the day after a missing midnight at the clock change', () => {
    const [day] = split('DAY', 'America/Sao_Paulo', ['2018-11-04T12:00:00Z', '2018-11-04T12:00:01Z']);
    expect(day).toEqual({ date: '2018-11-04', start: at('2018-11-04T03:00:00Z'), end: at('2018-11-05T02:00:00Z') });
  });

  it('begins days at 18:15 UTC in Kathmandu', () => {
    const [day] = split('DAY', 'Asia/Kathmandu', ['2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z']);
    expect(day).toEqual({ date: '2026-05-01', start: at('2026-04-30T18:15:00Z'), end: at('2026-05-01T18:15:00Z') });
  });

  it('gives an hour that is lived twice two buckets', () => {
    const hours = split('HOUR', 'Europe/Berlin', ['2026-10-24T23:00:00Z', '2026-10-25T02:00:00Z']);
    expect(shown(hours)).toEqual(['2026-10-25 1 h', '2026-10-25 1 h', '2026-10-25 1 h']);
    expect(hours.map(({ start }) => start)).toEqual(
      ['2026-10-24T23:00:00Z', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z'].map(at),
    );
  });

  it('makes one hour of Lord Howe longer in autumn and one shorter in spring', () => {
    const autumn = split('HOUR', 'Australia/Lord_Howe', ['2026-04-04T14:00:00Z', '2026-04-04T16:30:00Z']);
    const spring = split('HOUR', 'Australia/Lord_Howe', ['2026-10-03T14:30:00Z', '2026-10-03T16:00:00Z']);
    expect(autumn.map(hoursOf)).toEqual([1.5, 1]);
    expect(spring.map(hoursOf)).toEqual([1, 0.5]);
  });

  test.each([
    { interval: 'WEEK' as const, dates: ['2026-12-28', '2027-01-04'] },
    { interval: 'MONTH' as const, dates: ['2026-12-01', '2027-01-01'] },
    { interval: 'QUARTER' as const, dates: ['2026-10-01', '2027-01-01'] },
    { interval: 'YEAR' as const, dates: ['2026-01-01', '2027-01-01'] },
  ])('widens to whole buckets of one $interval', ({ interval, dates }) => {
    const buckets = split(interval, 'Asia/Tokyo', ['2026-12-31T14:59:59.999Z', '2027-01-05T00:00:00Z']);
    expect(buckets.map(({ date }) => date)).toEqual(dates);
  });

  it('begins weeks on Monday, before 1970 too', () => {
    const [week] = split('WEEK', 'UTC', ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.001Z']);
    expect(week).toEqual({ date: '1969-12-29', start: at('1969-12-29T00:00:00Z'), end: at('1970-01-05T00:00:00Z') });
  });

  it('knows offsets of odd seconds', () => {
    const [day] = split('DAY', 'Africa/Monrovia', ['1971-06-01T12:00:00Z', '1971-06-01T13:00:00Z']);
    expect(day?.start).toBe(at('1971-06-01T00:44:30Z'));
  });

  it('gives no buckets when from equals to', () => {
    expect(split('YEAR', 'UTC', ['2026-05-05T05:05:05Z', '2026-05-05T05:05:05Z'])).toEqual([]);
  });

  it('takes one millisecond for a bucket', () => {
    expect(split('DAY', 'UTC', ['2026-05-05T23:59:59.999Z', '2026-05-06T00:00:00Z'])).toHaveLength(1);
  });

  it('allows as many buckets as the limit says and not one more', () => {
    const from = at('2020-01-01T00:00:00Z');
    const days = (count: number) => () =>
      splitPeriod({ from, to: from + count * 86_400_000, interval: 'DAY', timeZone: timeZone('UTC', 'z') });
    expect(days(bucketLimit)()).toHaveLength(bucketLimit);
    expect(days(bucketLimit + 1)).toThrow('more than 1000 buckets');
    expect(days(2_000_000)).toThrow('more than 1000 buckets');
  });

  test.each([
    { what: 'a period turned round', period: ['2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z'], field: 'period.from' },
    { what: 'the sixties', period: ['1969-12-31T23:59:59.999Z', '1970-01-05T00:00:00Z'], field: 'period.from' },
    { what: 'the year 10000', period: ['9999-12-31T00:00:00Z', '+010000-01-01T00:00:00Z'], field: 'period.to' },
    {
      what: 'a bucket that ends in 10000',
      period: ['9999-12-30T00:00:00Z', '9999-12-31T00:00:01Z'],
      field: 'period.to',
    },
    { what: 'no instant', period: ['', '9999-12-31T00:00:01Z'], field: 'period.from' },
  ])('refuses $what', ({ period: [from = '', to = ''], field }) => {
    expect(() => split('DAY', 'UTC', [from, to])).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
  });

  it('reaches the end of 9998 in every interval', () => {
    for (const interval of intervals) {
      expect(split(interval, 'Pacific/Kiritimati', ['9998-12-31T00:00:00Z', '9998-12-31T01:00:00Z'])).toHaveLength(1);
    }
  });
});

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+12', 'Asia/Kathmandu');
const instant = fc.integer({ min: at('1972-02-01T00:00:00Z'), max: at('2045-01-01T00:00:00Z') });
const period = fc.record({
  zone: zones.map((name) => timeZone(name, 'z')),
  interval: fc.constantFrom(...intervals),
  from: instant,
  length: fc.integer({ min: 1, max: 30 * 86_400_000 }),
});

describe('every period', () => {
  it('is covered without gap or overlap, and the first and last bucket are needed', () => {
    fc.assert(
      fc.property(period, ({ zone, interval, from, length }) => {
        const to = from + length;
        const buckets = splitPeriod({ from, to, interval, timeZone: zone });
        const [first, last] = [buckets[0]!, buckets.at(-1)!];
        expect(first.start <= from && from < first.end).toBe(true);
        expect(last.start < to && to <= last.end).toBe(true);
        for (const [index, { start, end }] of buckets.entries()) {
          expect(end).toBeGreaterThan(start);
          expect(start).toBe(buckets[index - 1]?.end ?? start);
        }
      }),
    );
  });

  it('is split the same way whichever part of it is asked for', () => {
    fc.assert(
      fc.property(period, fc.double({ min: 0, max: 1, noNaN: true }), ({ zone, interval, from, length }, share) => {
        const whole = splitPeriod({ from, to: from + length, interval, timeZone: zone });
        const instantWithin = from + Math.floor((length - 1) * share);
        const [part] = splitPeriod({ from: instantWithin, to: instantWithin + 1, interval, timeZone: zone });
        expect(whole).toContainEqual(part);
      }),
    );
  });
});
