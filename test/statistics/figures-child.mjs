// Answers every kind of statistics query over fixed data: node figures-child.mjs <folder of the built program> <store file>
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [dist = '', file = ''] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const [{ openSqliteStore }, users, rows, active, issued, csv, query, { timeZone }, { intervals }] = await Promise.all(
  [
    'store/sqlite/open.js',
    'statistics/registered-users.js',
    'statistics/registered-users-rows.js',
    'statistics/active-users.js',
    'statistics/issued-tokens.js',
    'statistics/csv.js',
    'statistics/csv-query.js',
    'model/time-zone.js',
    'model/calendar.js',
  ].map(load),
);

const now = Date.UTC(2026, 2, 29, 0, 40);
const store = await openSqliteStore(file, { clock: () => now });
const applicationId = 'app_fixed';
const environment = 'PRODUCTION';
const audit = { id: 'evt_1', at: 0, actor: 'a', action: 'a', outcome: 'ok', requestId: 'r' };
await store.applications.create(
  { id: applicationId, name: 'Fixed', enabled: true, labels: [], version: 1, createdAt: 0, updatedAt: 0, keys: {} },
  audit,
);
const registrations = Array.from({ length: 400 }, (_, index) => ({
  applicationId,
  environment,
  userId: `usr_${index}`,
  at: now - ((index * index * 7_919_333) % (400 * 86_400_000)),
}));
await store.registrations.import(registrations, { audit: { ...audit, id: 'evt_2' } });
const day = Math.floor(now / 86_400_000);
await store.activity.record({
  tallies: [0, 1].map((back) => ({
    server: 'one',
    applicationId,
    environment,
    grantType: 'password',
    day: day - back,
    quarters: new Map(Array.from({ length: 96 }, (_, quarter) => [quarter, { issued: quarter, refused: 1 }])),
  })),
  users: registrations.map(({ userId }, index) => ({
    applicationId,
    environment,
    userId,
    day: day - (index % 40),
    quarters: [index % 96],
  })),
});

const cut = await store.openSnapshot();
const of = { applicationId };
const answers = [];
for (const name of ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Europe/Berlin', 'Australia/Lord_Howe']) {
  const zone = timeZone(name, 'timeZone');
  for (const interval of intervals) {
    const period = { from: now - 30 * 86_400_000, to: now + 86_400_000, interval, timeZone: zone };
    answers.push(await users.registeredSeries(cut, of, period), await users.registeredComparison(cut, of, period));
    answers.push(await active.activeUsersSeries(cut, of, period), await issued.issuedTokens(cut, of, period));
  }
  for (const window of ['daily', 'weekly', 'monthly']) {
    answers.push(await active.activeUsers(cut, of, { window, timeZone: zone }));
  }
  const asked = query.csvQuery(`from=2026-03-01T00:00:00Z&to=2026-03-29T00:40:00%2B02:00&timeZone=${name}`, 'UTC');
  const table = await rows.readRegisteredUsersTable(store, cut, asked);
  answers.push([...csv.registeredUsersCsv(table)].join(''));
}
await cut.close();
await store.close();
process.stdout.write(JSON.stringify({ clock: new Date(2026, 0, 1).getTime(), answers }));
