import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { settings } from '../../src/configuration/settings.js';
import { costLimit } from '../../src/graphql/operation-limits.js';
import { rowCost } from '../../src/graphql/period.js';
import { bucketLimit, splitPeriod } from '../../src/model/calendar.js';
import { csvQuery } from '../../src/statistics/csv-query.js';
import { periodOf } from '../../src/statistics/period-input.js';
import { metricLimit } from '../../src/statistics/registered-totals.js';
import { rowLimit } from '../../src/statistics/registered-users-rows.js';

const page = readFileSync('docs/statistics.md', 'utf8');
const [, variables = '{}'] = /```json\n(.*?)\n```/s.exec(page) ?? [];
const [, query = ''] = /registered-users\.csv\?(.*?)"/.exec(page) ?? [];

it('names the limits as they are', () => {
  const figure = (before: string, after: string): number =>
    Number(new RegExp(`${before}([\\d,]+)${after}`, 'i').exec(page)?.[1]?.replaceAll(',', ''));
  expect(figure('at most ', ' buckets')).toBe(bucketLimit);
  expect(figure('flat rows \\(at most ', ';')).toBe(costLimit / rowCost);
  expect(figure('the CSV has up to ', ';')).toBe(rowLimit);
  expect(figure('for the ', ' oldest applications')).toBe(metricLimit);
  expect(settings.metricsPerApplication.meaning).toContain(`${metricLimit} series at most`);
});

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
