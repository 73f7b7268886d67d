import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { csvLine, registeredUsersCsv } from '../../src/statistics/csv.js';
import { csvQuery } from '../../src/statistics/csv-query.js';
import { readRegisteredUsersTable, rowLimit, rowsOf } from '../../src/statistics/registered-users-rows.js';
import type { RegisteredUsersQuery } from '../../src/statistics/registered-users-rows.js';
import { metricLimit, registeredUsersMetric } from '../../src/statistics/registered-totals.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { turnsDuring } from '../support/turns.js';
import { addApplication, at, inSnapshot, periodOf, register } from './fixture.js';

let opened: TestStore;
let apple: string;
let pear: string;

beforeAll(async () => {
  opened = await openTestStore();
  apple = (await addApplication(opened.store, '=Apple, "red"')).id;
  opened.clock.advance(1);
  pear = (await addApplication(opened.store, 'Pear')).id;
  await register(opened.store, apple, ['2026-01-13T00:00:00Z', '2026-01-14T00:00:00Z']);
  await register(opened.store, pear, ['2026-01-14T01:00:00Z'], 'SANDBOX');
});

afterAll(() => opened.close());

const twoDays = periodOf('DAY', 'UTC', ['2026-01-14T00:00:00Z', '2026-01-16T00:00:00Z']);

const table = (query: Partial<RegisteredUsersQuery> = {}) =>
  inSnapshot(opened.store, (cut) => readRegisteredUsersTable(opened.store, cut, { period: twoDays, ...query }));

const rows = async (query: Partial<RegisteredUsersQuery> = {}) =>
  [...rowsOf(await table(query))].map(({ applicationName, environment, date, newUsers, totalUsers, complete }) => [
    applicationName,
    environment,
    date,
    newUsers,
    totalUsers,
    complete,
  ]);

describe('the rows', () => {
  it('are those of all applications, oldest first, when none is named', async () => {
    expect(await rows()).toEqual([
      ['=Apple, "red"', undefined, '2026-01-14', 1, 2, true],
      ['=Apple, "red"', undefined, '2026-01-15', 0, 2, false],
      ['Pear', undefined, '2026-01-14', 1, 1, true],
      ['Pear', undefined, '2026-01-15', 0, 1, false],
    ]);
  });

  it('are those of the applications named, in that order, each once', async () => {
    expect((await rows({ applicationIds: [pear, apple, pear] })).map(([name]) => name)).toEqual([
      'Pear',
      'Pear',
      '=Apple, "red"',
      '=Apple, "red"',
    ]);
    expect(await rows({ applicationIds: [] })).toEqual([]);
  });

  it('are those of one environment', async () => {
    expect((await rows({ environment: 'SANDBOX' })).map(([, environment, , users]) => [environment, users])).toEqual([
      ['SANDBOX', 0],
      ['SANDBOX', 0],
      ['SANDBOX', 1],
      ['SANDBOX', 0],
    ]);
  });

  it('leave out what was made after the cut', async () => {
    const cut = await opened.store.openSnapshot();
    const late = await addApplication(opened.store, 'Late');
    const { applications } = await readRegisteredUsersTable(opened.store, cut, { period: twoDays });
    expect(applications.map(({ id }) => id)).toEqual([apple, pear]);
    const named = readRegisteredUsersTable(opened.store, cut, { period: twoDays, applicationIds: [late.id] });
    await expect(named).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await cut.close();
  });

  it('of many applications are read a few at a time, and others have their turn in between', async () => {
    const many = await openTestStore();
    const names = Array.from({ length: 450 }, (_, index) => `Orchard ${index}`);
    await Promise.all(names.map((name) => addApplication(many.store, name)));
    const read = () => inSnapshot(many.store, (cut) => readRegisteredUsersTable(many.store, cut, { period: twoDays }));
    expect((await read()).applications.filter(({ counts }) => counts !== undefined)).toHaveLength(450);
    expect(await turnsDuring(read)).toBeGreaterThanOrEqual(6); // five pages, three counts
    await many.close();
  });

  it('of an unknown application are refused', async () => {
    const refused = table({ applicationIds: [apple, 'app_unknown'] });
    await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'applicationIds' });
  });

  it('are limited', async () => {
    const thousandDays = periodOf('DAY', 'UTC', ['2024-01-01T00:00:00Z', '2026-09-27T00:00:00Z']);
    const many = Array.from({ length: rowLimit / 1000 + 1 }, (_, index) => `app_${index}`);
    const refused = table({ applicationIds: many, period: thousandDays });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'applicationIds' });
    const noDays = periodOf('DAY', 'UTC', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z']);
    const manyMore = Array.from({ length: rowLimit + 1 }, (_, index) => `app_${index}`);
    const refusedToo = table({ applicationIds: manyMore, period: noDays });
    await expect(refusedToo).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'applicationIds' });
  });

  it('are limited where nobody names the applications, too', async () => {
    const many = await openTestStore();
    for (let count = 0; count <= rowLimit / 1000; count += 1) await addApplication(many.store, `Tree ${count}`);
    const thousandDays = periodOf('DAY', 'UTC', ['2024-01-01T00:00:00Z', '2026-09-27T00:00:00Z']);
    const refused = inSnapshot(many.store, (cut) =>
      readRegisteredUsersTable(many.store, cut, { period: thousandDays }),
    );
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'applicationIds' });
    await many.close();
  });
});

describe('the CSV', () => {
  it('has the columns of the contract, one line for each row', async () => {
    const csv = [...registeredUsersCsv(await table({ applicationIds: [apple] }))].join('');
    expect(csv).toBe(
      'applicationId,applicationName,environment,start,date,newUsers,totalUsers,complete\r\n' +
        `${apple},"'=Apple, ""red""",,2026-01-14T00:00:00.000Z,2026-01-14,1,2,true\r\n` +
        `${apple},"'=Apple, ""red""",,2026-01-15T00:00:00.000Z,2026-01-15,0,2,false\r\n`,
    );
  });

  it('has the local date', async () => {
    const period = periodOf('DAY', 'Asia/Kathmandu', ['2026-01-14T00:00:00Z', '2026-01-14T00:00:01Z']);
    const csv = [...registeredUsersCsv(await table({ applicationIds: [pear], environment: 'SANDBOX', period }))].join(
      '',
    );
    expect(csv).toContain(`${pear},Pear,SANDBOX,2026-01-13T18:15:00.000Z,2026-01-14,1,1,true\r\n`);
  });

  it('comes in pieces that are the whole', async () => {
    const period = periodOf('DAY', 'UTC', ['2024-01-01T00:00:00Z', '2026-09-01T00:00:00Z']);
    const pieces = [...registeredUsersCsv(await table({ applicationIds: [apple], period }))];
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('').split('\r\n')).toHaveLength(1 + 974 + 1);
  });

  test.each([
    { cell: 'plain', text: 'plain' },
    { cell: 'a;b', text: '"a;b"' },
    { cell: 'a;=1+1', text: `"a;'=1+1"` },
    { cell: 'a;  @x; -1;', text: `"a;  '@x; '-1;"` },
    { cell: 'a=b; c-d', text: '"a=b; c-d"' },
    { cell: 'a,b', text: '"a,b"' },
    { cell: 'say "x"', text: '"say ""x"""' },
    { cell: 'two\r\nlines', text: '"two\r\nlines"' },
    { cell: '=1+1', text: "'=1+1" },
    { cell: '+1', text: "'+1" },
    { cell: '-1', text: "'-1" },
    { cell: '@SUM(A1)', text: "'@SUM(A1)" },
    { cell: '\tx', text: "'\tx" },
    { cell: '\rx', text: `"'\rx"` },
    { cell: '＝1', text: "'＝1" },
    { cell: '', text: '' },
    { cell: undefined, text: '' },
    { cell: -1, text: '-1' },
    { cell: false, text: 'false' },
  ])('writes $cell as $text', ({ cell, text }) => {
    expect(csvLine([cell, 1])).toBe(`${text},1\r\n`);
  });
});

describe('the query of the CSV', () => {
  const range = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00%2B01:00';

  it('takes what the GraphQL field takes', () => {
    const query = csvQuery(
      `applicationIds=a&applicationIds=b&environment=SANDBOX&${range}&interval=WEEK&timeZone=Asia/Kathmandu`,
      'UTC',
    );
    expect(query).toMatchObject({
      applicationIds: ['a', 'b'],
      environment: 'SANDBOX',
      period: {
        from: at('2026-01-01T00:00:00Z'),
        to: at('2026-01-31T23:00:00Z'),
        interval: 'WEEK',
        timeZone: { name: 'Asia/Kathmandu' },
      },
    });
  });

  it('asks for days of all applications in the zone of the server', () => {
    const { applicationIds, environment, period } = csvQuery(range, 'Europe/Berlin');
    expect([applicationIds, environment, period.interval, period.timeZone.name]).toEqual([
      undefined,
      undefined,
      'DAY',
      'Europe/Berlin',
    ]);
  });

  test.each([
    { text: '2026-01-01t00:00:00.123456z', instant: '2026-01-01T00:00:00.123Z' },
    { text: '2026-01-01T00:00:00.5-05:30', instant: '2026-01-01T05:30:00.500Z' },
    { text: '2024-02-29T23:59:59Z', instant: '2024-02-29T23:59:59.000Z' },
  ])('reads $text', ({ text, instant }) => {
    const query = csvQuery(`from=${encodeURIComponent(text)}&to=2027-01-01T00:00:00Z`, 'UTC');
    expect(new Date(query.period.from).toISOString()).toBe(instant);
  });

  test.each([
    { query: '', field: 'from' },
    { query: 'from=2026-01-01T00:00:00Z', field: 'to' },
    { query: 'from=2026-01-01&to=2026-01-02', field: 'from' },
    { query: 'from=2026-02-30T00:00:00Z&to=2026-03-02T00:00:00Z', field: 'from' },
    { query: 'from=2026-02-01T24:00:00Z&to=2026-03-02T00:00:00Z', field: 'from' },
    { query: 'from=2026-02-01T00:00:00&to=2026-03-02T00:00:00Z', field: 'from' },
    { query: 'from=2026-02-01T00:00:00+01:00&to=2026-03-02T00:00:00Z', field: 'from' },
    { query: 'from=2026-02-01T00:00:00%2B99:00&to=2026-03-02T00:00:00Z', field: 'from' },
    { query: `${range}&from=2026-01-01T00:00:00Z`, field: 'from' },
    { query: `${range}&interval=day`, field: 'interval' },
    { query: `${range}&interval=`, field: 'interval' },
    { query: `${range}&environment=production`, field: 'environment' },
    { query: `${range}&timeZone=CET`, field: 'period.timeZone' },
    { query: `${range}&timeZone=`, field: 'period.timeZone' },
    { query: `${range}&timezone=UTC`, field: 'timezone' },
    { query: `${range}&format=xml`, field: 'format' },
    { query: `${range}&%3Cb%3E=1`, field: 'query' },
    { query: `${range}&=1`, field: 'query' },
  ])('refuses $query', ({ query, field }) => {
    expect(() => csvQuery(query, 'UTC')).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
  });

  it('tells the nearest name of a zone', () => {
    expect(() => csvQuery(`${range}&timeZone=Asia/Katmandoo`, 'UTC')).toThrow('Asia/Kat');
  });
});

describe('the metric', () => {
  it('has the totals of the oldest applications', async () => {
    const { store, clock, ...rest } = await openTestStore();
    const ids: string[] = [];
    for (let index = 0; index < metricLimit + 1; index += 1) {
      clock.advance(1);
      ids.push((await addApplication(store, `Application ${index}`)).id);
    }
    await register(store, ids[150]!, ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']);
    const totals = await registeredUsersMetric(store);
    expect([...totals.keys()]).toEqual(ids.slice(0, metricLimit));
    expect([totals.get(ids[0]!), totals.get(ids[150]!)]).toEqual([0, 2]);
    await rest.close();
  });

  it('is empty where no application is', async () => {
    const { store, ...rest } = await openTestStore();
    expect(await registeredUsersMetric(store)).toEqual(new Map());
    await rest.close();
  });
});
