const cell = (value, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const row = ({ name, perSecond, ratio, target, p50, p99, connections, errors }) =>
  `| ${[name, connections, cell(perSecond), ratio.toFixed(2), target === undefined ? '' : target.toFixed(2), cell(p50), cell(p99), errors].join(' | ')} |`;

/** docs/benchmarks.md, which reads well in a terminal too. */
export const report = ({ date, machine, method, product, signatureMicros, idle, loaded, results }) => `# How fast it is
\`npm run bench\` writes this page. Read the ratios: the figures per second are those of one machine on one day.

- ${date}; ${machine}; ${method}; plain HTTP on loopback, the embedded store with every acknowledged write on disk.
- The floor is bare Koa that parses the form and answers the same bytes: ${cell(Math.max(...results.filter(({ connections }) => connections > 10).map(({ floor }) => floor)))} requests per second at best.
- One ES256 signature takes ${cell(signatureMicros)} µs here, a request of the floor ${cell(1e6 / Math.max(...results.map(({ floor }) => floor)))} µs: what a JWT can reach at all depends on how a machine does the one beside the other.
- Start to ready: ${cell(product.readyMillis)} ms (the first start, which makes keys and sample data: ${cell(product.firstStartMillis)} ms).
- Resident memory: ${idle?.resident ?? '?'} MB after the start, ${loaded?.resident ?? '?'} MB after the run, ${loaded?.peak ?? '?'} MB at most.

| request | connections | per second | ratio to the floor | promised | p50 ms | p99 ms | errors |
|---|---|---|---|---|---|---|---|
${results.map(row).join('\n')}

A login is argon2id with 19 MiB: what it costs is the price of a password guess, and it is paid in threads of low priority, so that no other request waits for it.
`;
