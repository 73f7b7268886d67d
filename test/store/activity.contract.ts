import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quarterMillis, utcDayOf, utcDayStart } from '../../src/model/quarter-hour.js';
import type { TokenTally, UserActivity } from '../../src/store/port/activity.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { day, eventOf, hour, idMaker, inSnapshot, sweepAll } from './registration-reading.js';
import { applicationOf } from './samples.js';

export const activityContract: Contract = (name, open) => {
  describe(`activity on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('act');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const today = utcDayOf(Date.UTC(2026, 0, 15));
    const start = utcDayStart(today);
    const tally = (applicationId: string, more: Partial<TokenTally>): TokenTally => ({
      server: 'server-1',
      applicationId,
      environment: 'PRODUCTION',
      grantType: 'password',
      day: today,
      quarters: new Map(),
      ...more,
    });
    const active = (applicationId: string, userId: string, more: Partial<UserActivity>): UserActivity => ({
      applicationId,
      environment: 'PRODUCTION',
      userId,
      day: today,
      quarters: [0],
      ...more,
    });
    const countUsers = (
      applicationId: string,
      ranges: readonly (readonly [from: number, to: number])[],
      environment?: 'PRODUCTION' | 'SANDBOX',
    ) =>
      inSnapshot(stores.second, (snapshot) =>
        snapshot.activity.activeUsers({
          applicationId,
          ...(environment && { environment }),
          ranges: ranges.map(([from, to]) => ({ from, to })),
        }),
      );

    it('keeps the newest tally of each server and adds servers, environments and nothing else together', async () => {
      const applicationId = id('app');
      const quarters = (issued: number) => new Map([[4, { issued, refused: 1 }]]);
      await stores.first.activity.record({ tallies: [tally(applicationId, { quarters: quarters(1) })], users: [] });
      const newest = [
        tally(applicationId, { quarters: quarters(3) }),
        tally(applicationId, { server: 'server-2', quarters: quarters(5) }),
        tally(applicationId, { environment: 'SANDBOX', quarters: new Map([[4, { issued: 7, refused: 0 }]]) }),
        tally(applicationId, {
          grantType: 'refresh_token',
          day: today - 1,
          quarters: new Map([[95, { issued: 2, refused: 0 }]]),
        }),
      ];
      await stores.second.activity.record({ tallies: newest, users: [] });
      await stores.first.activity.record({ tallies: newest, users: [] });
      const whole = { applicationId, from: start - day, to: start + day };
      await inSnapshot(stores.first, async ({ activity }) => {
        expect(await activity.tokenCounts(whole)).toEqual([
          { grantType: 'refresh_token', start: start - quarterMillis, issued: 2, refused: 0 },
          { grantType: 'password', start: start + hour, issued: 15, refused: 2 },
        ]);
        expect(await activity.tokenCounts({ ...whole, environment: 'SANDBOX' })).toEqual([
          { grantType: 'password', start: start + hour, issued: 7, refused: 0 },
        ]);
        expect(await activity.tokenCounts({ ...whole, from: start - day, to: start + hour })).toHaveLength(1);
        expect(await activity.tokenCounts({ ...whole, from: start + hour + 1 })).toEqual([]);
      });
    });

    it('counts users once in each range, whatever their days, quarter hours and environments', async () => {
      const applicationId = id('app');
      const [one, two, three] = [id('usr'), id('usr'), id('usr')];
      const users = [
        active(applicationId, one, { quarters: [0, 95] }),
        active(applicationId, one, { day: today - 1 }),
        active(applicationId, two, { environment: 'SANDBOX', quarters: [40] }),
        active(applicationId, one, { environment: 'SANDBOX', quarters: [41] }),
        active(applicationId, three, { day: today - 6, quarters: [12, 13] }),
      ];
      await stores.first.activity.record({ tallies: [], users });
      expect(
        await countUsers(applicationId, [
          [start, start + day],
          [start - 6 * day, start + day],
          [start - 6 * day, start - 5 * day],
          [start - 6 * day + 3 * hour, start + quarterMillis],
          [start - 6 * day + 4 * hour, start + quarterMillis],
          [start + 10 * hour, start + 10 * hour + quarterMillis],
          [start + day - quarterMillis, start + 3 * day],
          [start + day, start + day],
        ]),
      ).toEqual([2, 3, 1, 2, 1, 1, 1, 0]);
      expect(await countUsers(applicationId, [[start, start + day]], 'SANDBOX')).toEqual([2]);
      expect(await countUsers(applicationId, [[start, start + day]], 'PRODUCTION')).toEqual([1]);
    });

    it('adds quarter hours of one user from both servers at the same moment', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      await Promise.all(
        Array.from({ length: 64 }, (_, quarter) =>
          (quarter % 2 === 0 ? stores.first : stores.second).activity.record({
            tallies: [],
            users: [active(applicationId, userId, { quarters: [quarter] })],
          }),
        ),
      );
      const quarters = Array.from({ length: 96 }, (_, quarter) => quarter);
      const counts = await countUsers(
        applicationId,
        quarters.map((quarter) => [start + quarter * quarterMillis, start + (quarter + 1) * quarterMillis] as const),
      );
      expect(counts).toEqual(quarters.map((quarter) => (quarter < 64 ? 1 : 0)));
    });

    it('leaves erased users out, also where their activity is written after the erasure', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      const user = { id: userId, username: userId, enabled: true, epoch: 0, createdAt: start };
      await stores.first.users.create(user, eventOf(id('event')));
      const users = [active(applicationId, userId, {}), active(applicationId, id('usr'), {})];
      await stores.first.activity.record({ tallies: [], users });
      expect(await countUsers(applicationId, [[start, start + day]])).toEqual([2]);
      await stores.second.users.erase(userId, eventOf(id('event')));
      expect(await countUsers(applicationId, [[start, start + day]])).toEqual([1]);
      await stores.first.activity.record({ tallies: [], users });
      expect(await countUsers(applicationId, [[start, start + day]])).toEqual([1]);
    });

    it('keeps nothing of a removed application, also where it is written after the removal', async () => {
      const application = applicationOf(id('app'));
      const applicationId = application.id;
      const batch = {
        tallies: [tally(applicationId, { quarters: new Map([[4, { issued: 1, refused: 0 }]]) })],
        users: [active(applicationId, id('usr'), {})],
      };
      const figures = () =>
        inSnapshot(stores.second, async ({ activity }) => {
          const [from, to] = [start, start + day];
          const users = await activity.activeUsers({ applicationId, ranges: [{ from, to }] });
          return { users, tokens: await activity.tokenCounts({ applicationId, from, to }) };
        });
      await stores.first.applications.create(application, eventOf(id('event')));
      await stores.first.activity.record(batch);
      expect(await figures()).toMatchObject({ users: [1], tokens: [{ issued: 1 }] });
      await stores.second.applications.remove(applicationId, eventOf(id('event')));
      expect(await figures()).toEqual({ users: [0], tokens: [] });
      await stores.first.activity.record(batch);
      await sweepAll(stores.second, start);
      expect(await figures()).toEqual({ users: [0], tokens: [] });
    });
  });
};
