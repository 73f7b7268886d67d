import { keyEnvironments } from '../model/application.js';
import type { KeyEnvironment } from '../model/application.js';
import { bucketLimit } from '../model/calendar.js';
import { timeZone } from '../model/time-zone.js';
import type { Snapshot, Store } from '../store/port/store.js';
import { registeredUsersCsv } from './csv.js';
import { readRegisteredUsersTable } from './registered-users-rows.js';
import { registeredSeries, registeredTotal, registrationCount } from './registered-users.js';
import { registeredTotals } from './registered-totals.js';
import type { StatisticsDifference } from './statistics-difference.js';

/**
 * Compares what leaves the server about one application: series, list, CSV and metric are to give the total, whoever asks. Undefined: there is no
 * such application in this cut.
 */
export const verifyWaysOut = async (
  store: Store,
  cut: Snapshot,
  applicationId: string,
): Promise<readonly StatisticsDifference[] | undefined> => {
  if ((await cut.findApplications([applicationId])).length === 0) return undefined;
  const differences: StatisticsDifference[] = [];
  for (const environment of [undefined, ...keyEnvironments]) {
    const of = { applicationId, ...(environment === undefined ? {} : { environment }) };
    const counted = await registeredTotal(cut, of);
    const ways = await waysOut(store, cut, of);
    for (const [figure, kept] of Object.entries(ways)) {
      if (kept !== counted) differences.push({ applicationId, environment, figure, kept, counted });
    }
  }
  return differences;
};

interface Of {
  readonly applicationId: string;
  readonly environment?: KeyEnvironment;
}

const waysOut = async (store: Store, cut: Snapshot, of: Of): Promise<Readonly<Record<string, number>>> => {
  const to = Math.min(cut.asOf, lastYearEnd);
  const period = { from: 0, to, interval: 'YEAR', timeZone: timeZone('UTC', 'timeZone') } as const;
  const series = await registeredSeries(cut, of, period);
  const { applicationId, ...rest } = of;
  const table = await readRegisteredUsersTable(store, cut, { applicationIds: [applicationId], ...rest, period });
  const metric = await registeredTotals(cut, { applicationIds: [applicationId], ...rest });
  return {
    'sum of the series': series.reduce((sum, { newUsers }) => sum + newUsers, 0),
    'end of the series': series.at(-1)?.totalUsers ?? 0,
    'length of the list': await registrationCount(cut, of, { to: cut.asOf }),
    'sum of the CSV': csvSum([...registeredUsersCsv(table)].join('')),
    metric: metric.get(applicationId) ?? 0,
  };
};

/** Of the years that one series can have: a registration behind them is missing from its sum. */
const lastYearEnd = Date.UTC(1970 + bucketLimit, 0, 1);

/** The column `newUsers`, counted from the end, because a name may hold commas. */
const csvSum = (csv: string): number =>
  csv
    .split('\r\n')
    .slice(1, -1)
    .reduce((sum, line) => sum + Number(line.split(',').at(-3)), 0);
