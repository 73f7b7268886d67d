import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { DateScalar, DateTimeScalar, TimeZoneScalar } from '../../src/graphql/scalars.js';

describe('DateTime', () => {
  test.each([
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31t09:00:00z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.5+05:45', '2026-01-31T03:15:00.500Z'],
    ['2026-01-31T00:30:00-10:30', '2026-01-31T11:00:00.000Z'],
    ['2026-01-31T09:00:00.1239999Z', '2026-01-31T09:00:00.123Z'],
    ['2024-02-29T23:59:59-00:00', '2024-02-29T23:59:59.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s as %s', (given, expected) => {
    expect(DateTimeScalar.serialize(DateTimeScalar.parseValue(given))).toBe(expected);
  });

  test.each([
    '2026-01-31',
    '2026-01-31T09:00:00',
    '2026-01-31T09:00Z',
    '2026-01-31 09:00:00Z',
    '2026-02-30T09:00:00Z',
    '2025-02-29T09:00:00Z',
    '2026-13-01T09:00:00Z',
    '2026-00-01T09:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:60:00Z',
    '2026-01-31T09:00:60Z',
    '2026-01-31T09:00:00+24:00',
    '2026-01-31T09:00:00+0100',
    '2026-01-31T09:00:00.Z',
    '+12026-01-31T09:00:00Z',
    ' 2026-01-31T09:00:00Z',
    '2026-01-31T09:00:00Z\n',
    `2026-01-31T09:00:00.${'0'.repeat(43)}Z and more`,
    'now',
    '',
    1_769_850_000_000,
    null,
    {},
  ])('refuses %j', (given) => {
    expect(() => DateTimeScalar.parseValue(given)).toThrow('Give an instant by RFC 3339');
  });

  it('gives back every instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 253_402_300_799_999 }), (at) => {
        expect(DateTimeScalar.parseValue(DateTimeScalar.serialize(at))).toBe(at);
      }),
    );
  });
});

describe('Date', () => {
  it('takes dates of the calendar', () => {
    for (const date of ['2026-01-31', '2024-02-29', '1970-01-01']) expect(DateScalar.parseValue(date)).toBe(date);
  });

  test.each(['2026-02-30', '2026-1-1', '2026-01-31T00:00:00Z', '20260131', '', 7])('refuses %j', (given) => {
    expect(() => DateScalar.parseValue(given)).toThrow('Give a date as YYYY-MM-DD');
  });
});

describe('TimeZone', () => {
  test.each(['Europe/Berlin', 'Asia/Kathmandu', 'UTC', 'Etc/GMT+3'])('takes %s', (name) => {
    expect(TimeZoneScalar.parseValue(name)).toBe(name);
  });

  test.each(['CET', 'EST5EDT', 'Europe/Berln', '+01:00', '', 'x'.repeat(10_000), 3])('refuses %j', (given) => {
    expect(() => TimeZoneScalar.parseValue(given)).toThrow(/time zone/);
  });

  it('names the nearest one', () => {
    expect(() => TimeZoneScalar.parseValue('Europe/Berln')).toThrow('The nearest name is Europe/Berlin.');
  });
});
