// npm run bench:statistics: what the statistics queries cost, by the number of registrations.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinClient, pinning } from './processes.js';
import { say } from './rounds.js';
import { applicationIds, fill } from './statistics-fill.js';
import { queries } from './statistics-queries.js';
import { statisticsReport } from './statistics-report.js';
import { startOver } from './statistics-server.js';

const sizes = (process.env.BENCH_SIZES ?? '1000,100000,1000000').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 20);
const perRound = 20;

const makeServer = async (directory, size) => {
  const file = join(directory, `${size}.db`);
  say(`Filling ${size.toLocaleString('en-US')} registrations …`);
  const { seconds, middle } = await fill(file, size, say);
  say(`  done in ${seconds.toFixed(1)} s`);
  const server = await startOver(directory, file);
  return { ...server, size, seconds, middle, applicationIds };
};

const millisOf = async (ask) => {
  const since = performance.now();
  await ask();
  return performance.now() - since;
};

/** All sizes in turn, so that a machine whose speed drifts slows each of them. */
const measure = async (servers, { name, query, prepare }) => {
  const lanes = [];
  for (const server of servers) {
    const variables = await prepare(server);
    const ask = () => server.graphql(query, variables);
    for (let warm = 0; warm < perRound; warm += 1) await ask();
    lanes.push({ size: server.size, ask, taken: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { ask, taken } of lanes) {
      for (let call = 0; call < perRound; call += 1) taken.push(await millisOf(ask));
    }
  }
  const results = lanes.map(({ size, taken }) => ({ size, ...quantiles(taken) }));
  say(`${name}: ${results.map(({ size, p50 }) => `${size.toLocaleString('en-US')} ${p50.toFixed(2)} ms`).join(', ')}`);
  return { name, results };
};

const quantiles = (taken) => {
  const sorted = taken.toSorted((left, right) => left - right);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return { p10: at(0.1), p50: at(0.5), p99: at(0.99) };
};

const directory = mkdtempSync(join(tmpdir(), 'tallygate-bench-'));
const servers = [];
try {
  pinClient();
  for (const size of sizes) servers.push(await makeServer(directory, size));
  const measured = [];
  for (const query of queries) measured.push(await measure(servers, query));
  const text = statisticsReport({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${pinning}`,
    load: loadavg()[1] ?? 0,
    calls: rounds * perRound,
    fills: servers.map(({ size, seconds }) => ({ size, seconds })),
    measured,
  });
  writeFileSync('docs/benchmarks-statistics.md', text);
  console.log(text);
} finally {
  for (const server of servers) await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
