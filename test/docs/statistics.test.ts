import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { splitPeriod } from '../../src/model/calendar.js';
import { csvQuery } from '../../src/statistics/csv-query.js';
import { periodOf } from '../../src/statistics/period-input.js';

const page = readFileSync('docs/statistics.md', 'utf8');
const [, variables = '{}'] = /```json\n(.*?)\n```/s.exec(page) ?? [];
const [, query = ''] = /registered-users\.csv\?(.*?)"/.exec(page) ?? [];

describe('the examples of the page about statistics', () => {
  it('ask for the 31 days of May by GraphQL', () => {
    const { from, to, interval, timeZone } = JSON.parse(variables).period;
    const period = periodOf({ from: Date.parse(from), to: Date.parse(to), interval, timeZone }, 'UTC');
    expect(splitPeriod(period)).toHaveLength(31);
  });

  it('ask for the 31 days of May as CSV', () => {
    expect(splitPeriod(csvQuery(query, 'UTC').period)).toHaveLength(31);
  });
});
