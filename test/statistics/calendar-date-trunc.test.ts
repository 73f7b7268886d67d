import process from 'node:process';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { splitPeriod } from '../../src/model/calendar.js';
import { timeZone } from '../../src/model/time-zone.js';
import { databaseUrl, dropDatabase } from '../store/adapters.js';

const server = process.env['TALLYGATE_TEST_MONGODB_URL'];

const units = [
  ['DAY', 'day'],
  ['WEEK', 'week'],
  ['MONTH', 'month'],
  ['QUARTER', 'quarter'],
  ['YEAR', 'year'],
] as const;

const zones = [
  'UTC',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Africa/Casablanca',
];

/** Engines carry time zone rules of different years: no instants of the future. */
const instants = fc.sample(fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2024, 0, 1) }), {
  numRuns: 100,
  seed: 6,
});

/** Where no MongoDB is named the store contracts say so aloud. */
it('buckets begin where $dateTrunc says, where a MongoDB is at hand', async () => {
  if (server === undefined) {
    expect(process.env['CI']).not.toBe('true');
    return;
  }
  const url = databaseUrl(server);
  const client = await mongo.MongoClient.connect(url);
  const collection = client.db().collection<{ at: Date }>('instants');
  await collection.insertMany(instants.map((at) => ({ at: new Date(at) })));
  for (const [interval, unit] of units) {
    for (const timezone of zones) {
      const start = { $dateTrunc: { date: '$at', unit, timezone, startOfWeek: 'monday' } };
      const found = await collection.aggregate<{ at: Date; start: Date }>([{ $project: { at: 1, start } }]).toArray();
      for (const truncated of found) {
        const at = truncated.at.getTime();
        const [bucket] = splitPeriod({ from: at, to: at + 1, interval, timeZone: timeZone(timezone, 'z') });
        expect([timezone, unit, at, bucket?.start]).toEqual([timezone, unit, at, truncated.start.getTime()]);
      }
    }
  }
  await client.close();
  await dropDatabase(url);
}, 60_000);
