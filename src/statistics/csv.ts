import { rowsOf } from './registered-users-rows.js';
import type { RegisteredUsersRow, RegisteredUsersTable } from './registered-users-rows.js';

export type CsvCell = string | number | boolean | undefined;

/** One line (RFC 4180 §2), its end included. Undefined is an empty cell. */
export const csvLine = (cells: readonly CsvCell[]): string => `${cells.map(cellText).join(',')}\r\n`;

/** The rows of the table as CSV, header line first, some lines at a time. Dates are local ones, instants UTC. */
export function* registeredUsersCsv(table: RegisteredUsersTable): Generator<string> {
  let chunk = csvLine(Object.keys(columns));
  let lines = 0;
  for (const row of rowsOf(table)) {
    chunk += csvLine(Object.values(columns).map((cell) => cell(row)));
    lines += 1;
    if (lines % linesPerChunk === 0) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

const columns: Readonly<Record<string, (row: RegisteredUsersRow) => CsvCell>> = {
  applicationId: ({ applicationId }) => applicationId,
  applicationName: ({ applicationName }) => applicationName,
  environment: ({ environment }) => environment,
  start: ({ start }) => new Date(start).toISOString(),
  date: ({ date }) => date,
  newUsers: ({ newUsers }) => newUsers,
  totalUsers: ({ totalUsers }) => totalUsers,
  complete: ({ complete }) => complete,
};

const linesPerChunk = 200;

const cellText = (cell: CsvCell): string => {
  if (cell === undefined) return '';
  return typeof cell === 'string' ? quoted(defused(cell)) : String(cell);
};

/**
 * Spreadsheets take a cell for a formula by its first character; behind an apostrophe they show it as it is. Where the decimal sign is a
 * comma they part cells at semicolons, quoted or not, so that a cell may begin behind one.
 */
const defused = (text: string): string => text.replaceAll(/(^|; *)(?=[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20])/g, "$1'");

const quoted = (text: string): string => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
