import { describe, it, expect, test } from '@jest/globals';
import { timeZone } from '../../src/model/time-zone.js';
import { nearestName } from '../../src/model/nearest-name.js';

const refusalOf = (name: string) => {
  try {
    timeZone(name, 'period.timeZone');
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('timeZone', () => {
  test.each([
    'UTC',
    'Etc/UTC',
    'Etc/GMT+5',
    'Europe/Berlin',
    'Asia/Kolkata',
    'America/Argentina/Ushuaia',
    'US/Pacific',
  ])('takes %s', (name) => {
    expect(timeZone(name, 'z').name).toBe(name);
  });

  it('takes every name that the runtime lists', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) expect(timeZone(name, 'z').name).toBe(name);
  });

  it('makes no difference between capitals and small letters', () => {
    const summer = Date.UTC(2026, 6, 1);
    expect(timeZone('europe/berlin', 'z').offsetAt(summer)).toBe(2 * 3_600_000);
  });

  it('gives a name its own capitals, and a link those that it was asked by, whoever asked before', () => {
    expect(timeZone('AMERICA/port-AU-prince', 'z').name).toBe('America/Port-au-Prince');
    expect(timeZone('brazil/EAST', 'z').name).toBe('brazil/EAST');
    expect(timeZone('Brazil/East', 'z').name).toBe('Brazil/East');
  });

  test.each(['CET', 'EST', 'EST5EDT', 'MST7MDT', 'WET', 'GMT', 'Z', 'Japan', 'Local', '', '+01:00', 'Etc/Unknown'])(
    'refuses "%s"',
    (name) => {
      expect(refusalOf(name)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'period.timeZone' });
    },
  );

  test.each([
    'SystemV/EST5',
    'posix/Europe/Berlin',
    '../etc/passwd',
    'Europe/Berlin\0',
    'Europe/Ber lin',
    'a/'.repeat(999),
  ])('refuses what is no IANA name: %j', (name) => {
    expect(refusalOf(name)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('tells the nearest name and does not repeat what was given', () => {
    expect(refusalOf('Europe/Berln')).toMatchObject({ message: expect.stringContaining('Europe/Berlin.') });
    expect(refusalOf('Europe/Berln')).toMatchObject({ message: expect.not.stringContaining('Berln') });
  });

  test.each([
    { given: 'Lisbon', zone: 'Europe/Lisbon' },
    { given: 'new_york', zone: 'America/New_York' },
    // The runtime lists these by former names alone.
    { given: 'Kathmandu', zone: 'Asia/Kathmandu' },
    { given: 'ho_chi_minh', zone: 'Asia/Ho_Chi_Minh' },
    { given: 'KYIV', zone: 'Europe/Kyiv' },
  ])('tells the zone of the city alone: $given', ({ given, zone }) => {
    expect(refusalOf(given)).toMatchObject({ message: expect.stringContaining(`The nearest name is ${zone}.`) });
  });

  it('serves any number of zones from a bounded memory', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) timeZone(name, 'z');
    expect(timeZone('Asia/Kathmandu', 'z').offsetAt(0)).toBe(5.5 * 3_600_000);
  });
});

describe('nearestName', () => {
  test.each([
    { given: 'amerika/new_york', nearest: 'America/New_York' },
    { given: 'Asia/Tokio', nearest: 'Asia/Tokyo' },
    { given: 'Somewhere/Else', nearest: undefined },
    { given: 'x'.repeat(1_000_000), nearest: undefined },
  ])('finds $nearest', ({ given, nearest }) => {
    expect(nearestName(given, ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])).toBe(nearest);
  });

  it('does not look closely at what is much longer, however much there is', () => {
    const names = Array<string>(200_000).fill('y'.repeat(66)); // letter by letter: a quarter of a minute
    expect(nearestName('x'.repeat(100), names)).toBeUndefined();
  });
});
