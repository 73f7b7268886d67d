import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Position } from '../../src/model/page.js';
import {
  registeredComparison,
  registeredSeries,
  registeredTotal,
  registeredUsersDefinition,
  registrationCount,
  registrationPage,
} from '../../src/statistics/registered-users.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { addApplication, addUser, at, erase, inSnapshot, periodOf, register } from './fixture.js';

let opened: TestStore;
let applicationId: string;

/** Noon of 15 January 2026 is now. */
beforeAll(async () => {
  opened = await openTestStore();
  applicationId = (await addApplication(opened.store, 'Orchard')).id;
  await register(opened.store, applicationId, ['2026-01-10T23:59:59.999Z', '2026-01-11T00:00:00Z']);
  const [erased = ''] = await register(opened.store, applicationId, ['2026-01-12T08:00:00Z']);
  await erase(opened.store, erased);
  await register(opened.store, applicationId, ['2026-01-12T09:00:00Z'], 'SANDBOX');
  await register(opened.store, applicationId, ['2026-01-15T11:00:00Z', '2026-01-15T12:00:00Z']);
  const userId = await addUser(opened.store, 'both');
  for (const [environment, day] of [['SANDBOX', 13] as const, ['PRODUCTION', 14] as const]) {
    await opened.store.registrations.record({ applicationId, environment, userId, at: Date.UTC(2026, 0, day) });
  }
});

afterAll(() => opened.close());

const ask = <T>(read: Parameters<typeof inSnapshot<T>>[1]): Promise<T> => inSnapshot(opened.store, read);

describe('the total', () => {
  it('is said to count what it counts', () => {
    expect(registeredUsersDefinition).toContain('password grant');
  });

  test.each([
    { of: {}, total: 6 },
    { of: { environment: 'PRODUCTION' as const }, total: 5 },
    { of: { environment: 'SANDBOX' as const }, total: 2 },
  ])('counts a user of both environments once: $of', async ({ of, total }) => {
    expect(await ask((cut) => registeredTotal(cut, { applicationId, ...of }))).toBe(total);
  });

  test.each([
    { before: '1970-01-01T00:00:00Z', total: 0 },
    { before: '2026-01-10T23:59:59.999Z', total: 0 },
    { before: '2026-01-11T00:00:00Z', total: 1 },
    { before: '2026-01-11T00:00:00.001Z', total: 2 },
    { before: '2026-01-15T12:00:00Z', total: 5 },
    { before: '9999-12-31T23:59:59.999Z', total: 6 },
  ])('counts who registered before $before', async ({ before, total }) => {
    expect(await ask((cut) => registeredTotal(cut, { applicationId }, at(before)))).toBe(total);
  });

  it('given asOf is the total again, when others have come meanwhile', async () => {
    const late = await openTestStore();
    const { id } = await addApplication(late.store, 'Late');
    await register(late.store, id, [late.clock.now()]);
    const asOf = await inSnapshot(late.store, (cut) => Promise.resolve(cut.asOf));
    late.clock.advance(1);
    await register(late.store, id, [late.clock.now()]);
    expect(await inSnapshot(late.store, (cut) => registeredTotal(cut, { applicationId: id }, asOf))).toBe(1);
    expect(await inSnapshot(late.store, (cut) => registeredTotal(cut, { applicationId: id }))).toBe(2);
    await late.close();
  });

  test.each([-1, NaN, Date.UTC(10_000, 0, 1)])('is not there at %d', async (instant) => {
    const refused = ask((cut) => registeredTotal(cut, { applicationId }, instant));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'at' });
  });

  it('of an application that is not there is 0', async () => {
    expect(await ask((cut) => registeredTotal(cut, { applicationId: 'app_unknown' }))).toBe(0);
  });
});

describe('the series', () => {
  it('has empty buckets, tells of erased users, and says which buckets are not over', async () => {
    const period = periodOf('DAY', 'UTC', ['2026-01-10T12:00:00Z', '2026-01-16T00:00:00.001Z']);
    const series = await ask((cut) => registeredSeries(cut, { applicationId }, period));
    const rows = series.map(({ date, newUsers, totalUsers, erasedUsers, complete }) => [
      date,
      newUsers,
      totalUsers,
      erasedUsers,
      complete,
    ]);
    expect(rows).toEqual([
      ['2026-01-10', 1, 1, 0, true],
      ['2026-01-11', 1, 2, 0, true],
      ['2026-01-12', 1, 3, 1, true],
      ['2026-01-13', 1, 4, 0, true],
      ['2026-01-14', 0, 4, 0, true],
      ['2026-01-15', 2, 6, 0, false],
      ['2026-01-16', 0, 6, 0, false],
    ]);
  });

  it('of a future period stays at the total of now', async () => {
    const period = periodOf('DAY', 'Asia/Kathmandu', ['2027-01-01T00:00:00Z', '2027-01-03T00:00:00Z']);
    const series = await ask((cut) => registeredSeries(cut, { applicationId }, period));
    expect(series.map(({ totalUsers, complete }) => [totalUsers, complete])).toEqual(Array(3).fill([6, false]));
  });

  it('is complete as soon as its bucket is over', async () => {
    const moved = await openTestStore();
    const { id } = await addApplication(moved.store, 'Moved');
    const period = periodOf('HOUR', 'UTC', ['2026-01-15T12:00:00Z', '2026-01-15T13:00:00Z']);
    const complete = () =>
      inSnapshot(moved.store, async (cut) => (await registeredSeries(cut, { applicationId: id }, period))[0]?.complete);
    expect(await complete()).toBe(false);
    moved.clock.set(at('2026-01-15T12:59:59.999Z'));
    expect(await complete()).toBe(false);
    moved.clock.set(at('2026-01-15T13:00:00Z'));
    expect(await complete()).toBe(true);
    await moved.close();
  });

  it('of no time has no buckets', async () => {
    const period = periodOf('YEAR', 'UTC', ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z']);
    expect(await ask((cut) => registeredSeries(cut, { applicationId }, period))).toEqual([]);
  });

  it('is refused with more than 1,000 buckets', async () => {
    const period = periodOf('DAY', 'UTC', ['2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z']);
    const refused = ask((cut) => registeredSeries(cut, { applicationId }, period));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'period.to' });
  });
});

describe('the comparison', () => {
  test.each([
    { what: 'a growing period', days: ['2026-01-12', '2026-01-14'], answer: [2, 2, 0, 0] },
    { what: 'an open period', days: ['2026-01-13', '2026-01-16'], answer: [3, 3, 0, 0] },
    { what: 'the first users', days: ['2026-01-10', '2026-01-12'], answer: [2, 0, 2, undefined] },
    { what: 'fewer users', days: ['2026-01-14', '2026-01-15'], answer: [0, 1, -1, -100] },
    { what: 'no time', days: ['2026-01-14', '2026-01-14'], answer: [0, 0, 0, undefined] },
    { what: 'the future', days: ['2026-02-01', '2026-02-02'], answer: [0, 0, 0, undefined] },
  ])('of $what', async ({ days: [from = '', to = ''], answer }) => {
    const period = periodOf('DAY', 'UTC', [`${from}T00:00:00Z`, `${to}T00:00:00Z`]);
    const { current, previous, change, changePercent } = await ask((cut) =>
      registeredComparison(cut, { applicationId }, period),
    );
    expect([current, previous, change, changePercent]).toEqual(answer);
  });
});

describe('the list', () => {
  const walk = (range: { from?: number; to?: number }, first: number) =>
    ask(async (cut) => {
      const instants: number[] = [];
      let after: Position | undefined;
      for (let more = true; more;) {
        const request = { first, ...(after === undefined ? {} : { after }) };
        const page = await registrationPage(cut, { applicationId }, { range, request });
        instants.push(...page.items.map(({ firstTokenAt }) => firstTokenAt));
        const last = page.items.at(-1);
        after = last === undefined ? undefined : { at: last.firstTokenAt, id: last.userId };
        more = page.hasNextPage;
      }
      return instants;
    });

  it('walked up to asOf is as long as the total, in order', async () => {
    const asOf = await ask((cut) => Promise.resolve(cut.asOf));
    const instants = await walk({ to: asOf }, 2);
    expect(instants).toHaveLength(6);
    expect([...instants].sort((a, b) => a - b)).toEqual(instants);
  });

  it('of a range is as long as its count', async () => {
    const range = { from: at('2026-01-11T00:00:00Z'), to: at('2026-01-15T12:00:00Z') };
    expect(await walk(range, 100)).toHaveLength(4);
    expect(await ask((cut) => registrationCount(cut, { applicationId }, range))).toBe(4);
    expect(await ask((cut) => registrationCount(cut, { applicationId }, {}))).toBe(6);
    expect(await ask((cut) => registrationCount(cut, { applicationId }, { from: at('2026-02-01T00:00:00Z') }))).toBe(0);
  });

  test.each([
    { range: { from: 2, to: 1 }, field: 'registeredFrom' },
    { range: { from: -1 }, field: 'registeredFrom' },
    { range: { to: Date.UTC(10_000, 0, 1) }, field: 'registeredTo' },
  ])('refuses $range', async ({ range, field }) => {
    const page = ask((cut) => registrationPage(cut, { applicationId }, { range, request: { first: 1 } }));
    await expect(page).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
    const count = ask((cut) => registrationCount(cut, { applicationId }, range));
    await expect(count).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});
