import { expect, it } from '@jest/globals';
import { importDeed } from '../../src/statistics/import-deed.js';
import type { NewRegistration } from '../../src/store/port/registrations.js';

const rowOf = (applicationId: string, environment: NewRegistration['environment'], at: number): NewRegistration => ({
  ...{ applicationId, environment, userId: 'usr_1', at },
});

it('tells of each application and environment how many rows there are and of when', () => {
  const rows = [
    rowOf('app_1', 'PRODUCTION', 2000),
    rowOf('app_2', 'PRODUCTION', 5000),
    rowOf('app_1', 'SANDBOX', 7000),
    rowOf('app_1', 'PRODUCTION', 1000),
    rowOf('app_1', 'PRODUCTION', 3000),
  ];
  const { changes } = importDeed(rows);
  const instant = (second: number): string => `1970-01-01T00:00:0${second}.000Z`;
  expect(JSON.parse(changes)).toEqual({
    rows: 5,
    registrations: {
      'app_1.PRODUCTION': { rows: 3, earliest: instant(1), latest: instant(3) },
      'app_2.PRODUCTION': { rows: 1, earliest: instant(5), latest: instant(5) },
      'app_1.SANDBOX': { rows: 1, earliest: instant(7), latest: instant(7) },
    },
  });
});

it('looks at each row a few times, however many applications there are', () => {
  let looks = 0;
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    ...rowOf('', 'PRODUCTION', index),
    get applicationId() {
      looks += 1;
      return `app_${index}`;
    },
  }));
  importDeed(rows);
  expect(looks).toBeLessThanOrEqual(3 * rows.length);
});
