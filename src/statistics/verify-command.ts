import type { Store } from '../store/port/store.js';
import { differenceLimit, verifyStatistics } from './verify-statistics.js';
import type { StatisticsDifference } from './statistics-difference.js';

/**
 * `tallygate verify-statistics`: recounts everything and prints what differs, as a table.
 * @returns the exit status: 0 when nothing differs, 1 otherwise
 */
export const runVerifyStatistics = async (store: Store, print: (line: string) => void): Promise<0 | 1> => {
  const { asOf, checkedApplications, checkedRegistrations, differences } = await verifyStatistics(store, {});
  print(`As of:                 ${new Date(asOf).toISOString()}`);
  print(`Applications checked:  ${checkedApplications}`);
  print(`Registrations counted: ${checkedRegistrations}`);
  print(`Differences:           ${differences.length === differenceLimit ? 'at least ' : ''}${differences.length}`);
  if (differences.length === 0) return 0;
  print('');
  for (const line of tableOf(differences)) print(line);
  return 1;
};

const tableOf = (differences: readonly StatisticsDifference[]): readonly string[] => {
  const lines = [
    ['application', 'environment', 'figure', 'kept', 'counted'],
    ...differences.map(({ applicationId, environment, figure, kept, counted }) => [
      applicationId,
      environment ?? 'whole',
      figure,
      String(kept),
      String(counted),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
