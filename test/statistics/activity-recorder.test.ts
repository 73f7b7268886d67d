import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Client, KeyEnvironment } from '../../src/model/application.js';
import type { Period } from '../../src/model/calendar.js';
import type { GrantName } from '../../src/model/grant-name.js';
import { quarterMillis, utcDayOf } from '../../src/model/quarter-hour.js';
import { timeZone } from '../../src/model/time-zone.js';
import { createActivityRecorder } from '../../src/statistics/activity-recorder.js';
import { activeUsers } from '../../src/statistics/active-users.js';
import { issuedTokens } from '../../src/statistics/issued-tokens.js';
import { waitingLimit } from '../../src/statistics/user-quarters.js';
import type { ActivityStore } from '../../src/store/port/activity.js';
import { StoreUnavailable, type Store } from '../../src/store/port/store.js';
import { recordingLog } from '../support/recording-log.js';
import { openTestStore } from '../support/test-store.js';
import { addApplication, at, inSnapshot, periodOf } from './fixture.js';

type Batch = Parameters<ActivityStore['record']>[0];

const noon = at('2026-01-15T12:00:00Z');

/** The store of the test behind a switch: while it is off, writes fail, after they were made if `late`. */
const open = async () => {
  const opened = await openTestStore();
  const { store } = opened;
  const batches: Batch[] = [];
  const line = { state: 'up' as 'up' | 'down' | 'reply_lost' };
  const switched: Store = {
    ...store,
    activity: {
      record: async (batch) => {
        batches.push(batch);
        if (line.state === 'down') throw new StoreUnavailable('switched off');
        await store.activity.record(batch);
        if (line.state === 'reply_lost') throw new StoreUnavailable('the reply was lost');
      },
    },
  };
  const { log, logged } = recordingLog();
  const application = await addApplication(store, 'Orchard');
  const recorder = createActivityRecorder({ store: switched, log });
  return { ...opened, recorder, line, batches, logged, application, log };
};

type Opened = Awaited<ReturnType<typeof open>>;

const eventsOf = ({ logged }: Opened): readonly string[] => logged.map(({ event }) => event);

const clientOf = ({ application }: Opened, environment: KeyEnvironment = 'PRODUCTION'): Client => ({
  application,
  keySet: {
    id: 'ks_1',
    clientId: 'client',
    environment,
    enabled: true,
    grantTypes: [],
    scopes: [],
    audience: [],
    redirectUris: [],
    authenticationMethod: 'CLIENT_SECRET_BASIC',
    accessTokenFormat: 'JWT',
    accessTokenAlgorithm: 'ES256',
    accessTokenHeaderType: 'AT_JWT',
    accessTokenLifetimeSeconds: 1,
    maxAccessTokenLifetimeSeconds: 1,
    refreshTokenLifetimeSeconds: 1,
    refreshTokenIdleSeconds: 1,
    refreshTokenReuseWindowSeconds: 0,
    secrets: [],
    epoch: 0,
    grantEpochs: {},
    createdAt: 0,
  },
});

const issue = (opened: Opened, grantType: GrantName, moment: number, userId?: string): void =>
  opened.recorder.issued({
    at: moment,
    client: clientOf(opened),
    grantType,
    ...(userId === undefined ? {} : { userId }),
  });

const figures = ({ store, application }: Opened, [from, to]: readonly [string, string], environment?: KeyEnvironment) =>
  inSnapshot(store, async (cut) => {
    const of = { applicationId: application.id, ...(environment === undefined ? {} : { environment }) };
    const buckets = await issuedTokens(cut, of, periodOf('DAY', 'UTC', [from, to]));
    return buckets.map(({ date, grantType, issued, refused }) => `${date} ${grantType} ${issued}/${refused}`);
  });

/** The buckets of the password grant. */
const passwordsOf = async ({ store, application }: Opened, period: Period) => {
  const buckets = await inSnapshot(store, (cut) => issuedTokens(cut, { applicationId: application.id }, period));
  return buckets.filter(({ grantType }) => grantType === 'password');
};

const today = ['2026-01-15T00:00:00Z', '2026-01-16T00:00:00Z'] as const;

const active = ({ store, application }: Opened, date: string) =>
  inSnapshot(store, (cut) =>
    activeUsers(cut, { applicationId: application.id }, { window: 'daily', date, timeZone: timeZone('UTC', 'z') }),
  );

describe('the activity recorder', () => {
  it('counts issued and refused tokens by grant type, zeros included', async () => {
    const opened = await open();
    issue(opened, 'password', noon - 1, 'usr_1');
    issue(opened, 'password', noon, 'usr_1');
    issue(opened, 'client_credentials', noon);
    opened.recorder.refused({ at: noon, client: clientOf(opened, 'SANDBOX'), grantType: 'password' });
    opened.recorder.refused({ at: noon, client: clientOf(opened) });
    opened.recorder.refused({ at: noon, grantType: 'password' });
    expect(await figures(opened, today)).toContain('2026-01-15 password 0/0');
    await opened.recorder.flush();
    expect(await figures(opened, today)).toEqual([
      '2026-01-15 client_credentials 1/0',
      '2026-01-15 password 2/1',
      '2026-01-15 refresh_token 0/0',
    ]);
    expect(await figures(opened, today, 'SANDBOX')).toContain('2026-01-15 password 0/1');
    await opened.close();
  });

  it('puts tokens into the buckets of the zone, empty ones included', async () => {
    const opened = await open();
    issue(opened, 'password', at('2026-01-14T18:14:59.999Z'), 'usr_1');
    issue(opened, 'password', at('2026-01-14T18:15:00Z'), 'usr_1');
    await opened.recorder.flush();
    const period = periodOf('DAY', 'Asia/Kathmandu', ['2026-01-14T00:00:00Z', '2026-01-16T18:15:00Z']);
    const passwords = await passwordsOf(opened, period);
    expect(passwords.map(({ date, issued, complete }) => [date, issued, complete])).toEqual([
      ['2026-01-14', 1, true],
      ['2026-01-15', 1, false],
      ['2026-01-16', 0, false],
    ]);
    await opened.close();
  });

  it('counts what was issued at the instant of reading, in a bucket that begins there', async () => {
    const opened = await open();
    opened.clock.set(at(today[1]));
    issue(opened, 'password', at(today[1]), 'usr_1');
    await opened.recorder.flush();
    const buckets = await passwordsOf(opened, periodOf('DAY', 'UTC', [today[0], '2026-01-17T00:00:00Z']));
    expect(buckets).toMatchObject([
      { date: '2026-01-15', issued: 0, complete: true },
      { date: '2026-01-16', issued: 1, complete: false },
    ]);
    await opened.close();
  });

  it('adds up long periods, each token once', async () => {
    const opened = await open();
    opened.clock.set(at('2026-12-31T12:00:00Z'));
    for (let day = at('2026-01-01T00:00:00Z'); day < opened.clock.now(); day += 86_400_000) {
      issue(opened, 'password', day, 'usr_1');
    }
    await opened.recorder.flush();
    const by = (interval: 'MONTH' | 'YEAR') =>
      passwordsOf(opened, periodOf(interval, 'UTC', ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z']));
    expect((await by('YEAR')).map(({ issued }) => issued)).toEqual([365]);
    expect((await by('MONTH')).map(({ issued }) => issued)).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    await opened.close();
  });

  it('counts nothing twice when a reply is lost and the write is done again', async () => {
    const opened = await open();
    opened.line.state = 'reply_lost';
    issue(opened, 'password', noon, 'usr_1');
    await opened.recorder.flush();
    issue(opened, 'password', noon, 'usr_2');
    await opened.recorder.flush();
    opened.line.state = 'up';
    await opened.recorder.flush();
    await opened.recorder.flush();
    expect(await figures(opened, today)).toContain('2026-01-15 password 2/0');
    expect(await active(opened, '2026-01-15')).toBe(2);
    await opened.close();
  });

  it('writes nothing when nothing is new', async () => {
    const opened = await open();
    issue(opened, 'password', noon, 'usr_1');
    await opened.recorder.flush();
    const written = opened.batches.length;
    await opened.recorder.flush();
    expect(opened.batches).toHaveLength(written);
    issue(opened, 'password', noon + 1, 'usr_1');
    await opened.recorder.flush();
    expect(opened.batches.slice(written)).toMatchObject([{ tallies: [{}], users: [] }]);
    await opened.close();
  });

  it('tells of an outage once and of its end, and loses nothing', async () => {
    const opened = await open();
    opened.line.state = 'down';
    issue(opened, 'password', noon, 'usr_1');
    await opened.recorder.flush();
    await opened.recorder.flush();
    expect(eventsOf(opened)).toEqual(['activity_not_written']);
    opened.line.state = 'up';
    await opened.recorder.flush();
    expect(eventsOf(opened)).toEqual(['activity_not_written', 'activity_written_again']);
    expect(await figures(opened, today)).toContain('2026-01-15 password 1/0');
    await opened.close();
  });

  it('keeps a bounded number of users while the store is away, and takes them in again afterwards', async () => {
    const opened = await open();
    opened.line.state = 'down';
    for (let user = 0; user < waitingLimit + 10; user += 1) issue(opened, 'password', noon, `usr_${user}`);
    await opened.recorder.flush();
    opened.line.state = 'up';
    opened.batches.length = 0;
    await opened.recorder.flush();
    expect(opened.batches.reduce((sum, { users }) => sum + users.length, 0)).toBe(waitingLimit);
    expect(Math.max(...opened.batches.map(({ users }) => users.length))).toBeLessThanOrEqual(200);
    issue(opened, 'password', noon, `usr_${waitingLimit + 5}`);
    await opened.recorder.flush();
    expect(await active(opened, '2026-01-15')).toBe(waitingLimit + 1);

    opened.line.state = 'down';
    issue(opened, 'password', noon, 'usr_later');
    await opened.recorder.flush();
    opened.line.state = 'up';
    await opened.recorder.flush();
    const told = opened.logged.filter(({ event }) => event === 'activity_written_again');
    expect(told.map(({ fields }) => fields['droppedUsers'])).toEqual([10, 0]); // of each outage its own
    await opened.close();
  }, 60_000);

  it('does not wait to be asked where a thousand users have come', async () => {
    const opened = await open();
    for (let user = 1; user < 1000; user += 1) issue(opened, 'password', noon, `usr_${user}`);
    await setImmediate();
    expect(opened.batches).toEqual([]);
    issue(opened, 'password', noon, 'usr_1000');
    await setImmediate();
    expect(opened.batches).not.toEqual([]);
    await opened.recorder.flush();
    await opened.close();
  });

  it('writes a user once for each of the two newest quarter hours, in whatever order their tokens come', async () => {
    const opened = await open();
    const next = noon + quarterMillis;
    for (const moment of [noon - 1, noon, noon - 2, noon + 1, noon - 3, next, next + 1, noon + 2, next + 2]) {
      issue(opened, 'password', moment, 'usr_1');
      await opened.recorder.flush();
    }
    const written = opened.batches.flatMap(({ users }) => users);
    expect(written).toMatchObject([{ quarters: [47] }, { quarters: [48] }, { quarters: [49] }]);
    await opened.close();
  });

  it('keeps the previous day whole and lets older ones go only when they are written', async () => {
    const opened = await open();
    const day = 86_400_000;
    issue(opened, 'password', noon - 3 * day, 'usr_1');
    issue(opened, 'password', noon - day, 'usr_1');
    opened.line.state = 'down';
    issue(opened, 'password', noon, 'usr_1');
    await opened.recorder.flush();
    opened.line.state = 'up';
    await opened.recorder.flush();
    issue(opened, 'password', noon - day, 'usr_1'); // of a request that was answered after midnight
    issue(opened, 'password', noon - 3 * day, 'usr_1'); // a clock that was set back
    await opened.recorder.flush();
    expect(
      (await figures(opened, ['2026-01-12T00:00:00Z', today[1]])).filter((line) => /password [1-9]/.test(line)),
    ).toEqual(['2026-01-12 password 2/0', '2026-01-14 password 2/0', '2026-01-15 password 1/0']);
    const serversOf = (moment: number): number =>
      new Set(
        opened.batches
          .flatMap(({ tallies }) => tallies)
          .filter((tally) => tally.day === utcDayOf(moment))
          .map(({ server }) => server),
      ).size;
    expect([serversOf(noon - day), serversOf(noon - 3 * day)]).toEqual([1, 2]); // one row went on, the other began anew
    await opened.close();
  });

  it('writes what came during a run when it is asked again', async () => {
    const opened = await open();
    issue(opened, 'password', noon, 'usr_1');
    const first = opened.recorder.flush();
    await Promise.resolve();
    issue(opened, 'password', noon, 'usr_2');
    await Promise.all([first, opened.recorder.flush()]);
    expect(await figures(opened, today)).toContain('2026-01-15 password 2/0');
    expect(await active(opened, '2026-01-15')).toBe(2);
    await opened.close();
  });

  it('adds up what several processes count', async () => {
    const opened = await open();
    const other = createActivityRecorder({ store: opened.store, log: opened.log });
    for (let token = 0; token < 3; token += 1) issue(opened, 'refresh_token', noon, 'usr_1');
    other.issued({ at: noon, client: clientOf(opened), grantType: 'refresh_token', userId: 'usr_1' });
    await Promise.all([opened.recorder.flush(), other.flush()]);
    expect(await figures(opened, today)).toContain('2026-01-15 refresh_token 4/0');
    expect(await active(opened, '2026-01-15')).toBe(1);
    await opened.close();
  });
});
