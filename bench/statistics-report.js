const number = (value) => value.toLocaleString('en-US');
const millis = (value) => value.toFixed(2);

const row = ({ name, results }) => {
  const [smallest, largest] = [results[0], results.at(-1)];
  const medians = results.map(({ p10, p50, p99 }) => `${millis(p10)} / **${millis(p50)}** / ${millis(p99)}`);
  return `| ${[name, ...medians, (largest.p50 / smallest.p50).toFixed(2)].join(' | ')} |`;
};

/** docs/benchmarks-statistics.md, which reads well in a terminal too. */
export const statisticsReport = ({ date, machine, load, calls, fills, measured }) => {
  const sizes = measured[0].results.map(({ size }) => number(size));
  return `# How fast the statistics are
\`npm run bench:statistics\` writes this page. Promised: at most 10 ms at the median with a million registrations, and at most 1.5 times the figure with a thousand.

- ${date}; ${machine}; embedded store; GraphQL over plain HTTP on loopback, one query after the other on one connection, ${number(calls)} of each, the sizes in turn.
- Registrations of one application, spread over two years, more from year to year; each of 49 other applications has a hundredth of them. Filled through the store's port (\`registrations.import\`): ${fills.map(({ size, seconds }) => `${number(size)} in ${seconds.toFixed(0)} s`).join(', ')}.
- Milliseconds at the 10th percentile, the **median** and the 99th; the last column is the median of the largest by that of the smallest.
- The machine had a load average of ${load.toFixed(1)} during the run: above the number of its cores other work stood in the way, and the 10th percentile and the ratio say more than the median.

| query | ${sizes.join(' | ')} | ratio |
|---|${sizes.map(() => '---|').join('')}---|
${measured.map(row).join('\n')}
`;
};
