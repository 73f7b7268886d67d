// docs/rfc-matrix.md: the rules of the RFCs, row by row, as the tests of test/rfc found them.
// `npm run rfc` runs these tests and writes the page. With `--check` the page is compared instead; with `--from <file>` the results are
// taken from the JSON of a jest run that there was already.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const page = 'docs/rfc-matrix.md';
const results = '.cache/rfc.json';

/** What test/support/rfc-table.ts writes. */
const title = /^\[RFC (\d+) (§[\d.]+|App\. [A-Z]) (MUST|SHOULD|MAY|ours)(?: rule (\d+))?\] (.+)$/;
const lastRule = 100;
/** Rules of the list that have no row, and why. */
const leftOut = new Map([
  [33, 'throttling of client authentication is not built'],
  [45, 'throttling of passwords is not built'],
  ...[89, 90, 91, 92].map((rule) => [rule, 'the authorization code grant is not built']),
  [93, 'the device grant is not built'],
  [94, 'the JWT bearer grant is not built'],
  [95, 'token exchange is not built'],
  [99, 'response times are measured, not tabled'],
]);

const runTests = () =>
  new Promise((resolve, reject) => {
    mkdirSync('.cache', { recursive: true });
    const args = ['test', '--silent', '--', 'test/rfc', '--json', `--outputFile=${results}`];
    const child = spawn('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', () => resolve(undefined));
  });

const rowOf = ({ title: text, status }) => {
  const [, rfc, section, level, rule, behaviour] = title.exec(text) ?? [];
  if (rfc === undefined) throw new Error(`This title is not in the form of test/support/rfc-table.ts: ${text}`);
  return { rfc: Number(rfc), section, level, rule: rule === undefined ? undefined : Number(rule), behaviour, status };
};

const rowsIn = (file) => {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const suites = testResults.filter(({ name }) => name.includes('/test/rfc/'));
  const broken = suites.filter(({ assertionResults }) => assertionResults.length === 0);
  if (suites.length === 0 || broken.length > 0) throw new Error(`No results of ${broken.map(({ name }) => name)}`);
  return suites.flatMap(({ assertionResults }) => assertionResults.map(rowOf)).sort(byPlace);
};

const placeOf = ({ rfc, section }) => {
  const [kind, number] = section.startsWith('App.') ? [1, section] : [0, section.slice(1)];
  return [rfc, kind, ...number.split('.').map((part) => Number(part) || 0)];
};

const byPlace = (left, right) => {
  const [one, other] = [placeOf(left), placeOf(right)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? -1) - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return (left.rule ?? 0) - (right.rule ?? 0) || (left.behaviour < right.behaviour ? -1 : 1);
};

const problemsOf = (rows) => {
  const names = rows.map(({ rfc, behaviour }) => `RFC ${rfc}: ${behaviour}`);
  const shown = new Set(rows.map(({ rule }) => rule));
  const rules = Array.from({ length: lastRule }, (_, index) => index + 1);
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `There twice: ${name}`),
    ...rules.filter((rule) => !shown.has(rule) && !leftOut.has(rule)).map((rule) => `No row shows rule ${rule}.`),
    ...rules.filter((rule) => shown.has(rule) && leftOut.has(rule)).map((rule) => `Rule ${rule} has a row after all.`),
  ];
};

const markdown = (text) => text.replace(/[\\|<>*`[\]]|__/g, (characters) => characters.replace(/./g, '\\$&'));

const sectionOf = (rfc, rows) => [
  `## RFC ${rfc}`,
  '',
  `${totals(rows)}.`,
  '',
  '| Section | Rule | No. | Level | Result |',
  '|---|---|---|---|---|',
  ...rows.map(
    ({ section, behaviour, rule, level, status }) =>
      `| ${section} | ${markdown(behaviour)} | ${rule ?? ''} | ${level} | ${status} |`,
  ),
  '',
];

const totals = (rows) => {
  const passed = rows.filter(({ status }) => status === 'passed').length;
  return `${rows.length} rows, ${passed} passed, ${rows.length - passed} failed`;
};

const pageOf = (rows) => {
  const rfcs = [...new Set(rows.map(({ rfc }) => rfc))];
  const reasons = [...new Set(leftOut.values())];
  const lines = [
    '# Rules of the RFCs and how this server keeps them',
    '',
    '*Written by `npm run rfc` from the tests in `test/rfc`, one row for each test. Level: the word of RFC 2119 that the rule has (MUST NOT is a MUST), or `ours` for what the server takes upon itself.',
    'No.: rows with the same number belong to one rule of the list that the endpoints were built to.*',
    '',
    `In all ${totals(rows)}.`,
    '',
    `No rows: ${reasons.map((reason) => `${reason} (${[...leftOut].flatMap(([rule, its]) => (its === reason ? [rule] : [])).join(', ')})`).join('; ')}.`,
    '',
    ...rfcs.flatMap((rfc) =>
      sectionOf(
        rfc,
        rows.filter((row) => row.rfc === rfc),
      ),
    ),
  ];
  return lines.join('\n');
};

const main = async (args) => {
  const from = args.includes('--from') ? args[args.indexOf('--from') + 1] : undefined;
  if (from === undefined) await runTests();
  const rows = rowsIn(from ?? results);
  const problems = problemsOf(rows);
  const text = pageOf(rows);
  if (!args.includes('--check')) writeFileSync(page, text);
  else if (readFileSync(page, 'utf8') !== text) problems.push(`${page} is stale: run \`npm run rfc\`.`);
  const failed = rows.filter(({ status }) => status !== 'passed');
  for (const { rfc, section, behaviour } of failed) problems.push(`Failed: RFC ${rfc} ${section} ${behaviour}`);
  for (const problem of problems) process.stderr.write(`rfc-matrix: ${problem}\n`);
  process.stdout.write(`rfc-matrix: ${totals(rows)}\n`);
  return problems.length === 0 ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2));
