// npm run bench: what an endpoint costs beside bare Koa with form parsing, measured in turn, in one run.
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { freePort } from '../scripts/free-port.mjs';
import { constantBody, load } from './load.js';
import { pinClient, pinning, startPinned, stop, untilItSpeaks } from './processes.js';
import { post, prepare, startProduct } from './product.js';
import { report } from './report.js';
import { median, rounds, say, seconds } from './rounds.js';
import { scenarios } from './scenarios.js';

/** What the signature of a JWT costs here, at best, in microseconds: no server can be faster, and machines differ by far. */
const signatureMicros = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = Buffer.alloc(500);
  const tries = Array.from({ length: 20 }, () => {
    const since = performance.now();
    for (let count = 0; count < 500; count += 1) sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return (performance.now() - since) * 2;
  });
  return Math.min(...tries);
};

const startFloor = async (answer) => {
  const port = await freePort();
  const child = startPinned(['bench/floor.js', `${port}`]);
  child.stdin.end(answer);
  await untilItSpeaks(child, 'The floor');
  return { url: `http://127.0.0.1:${port}/`, stop: () => stop(child) };
};

/** Floor and scenario in turn, so that a machine whose speed drifts slows both. */
const measure = async (base, scenario) => {
  const { path, authorization, connections = 50 } = scenario;
  const url = `${base}${path}`;
  const requests = scenario.requests?.(seconds);
  const body = await scenario.body(seconds);
  const answer = await post(url, body()(undefined), authorization);
  const oursLoad = (nextBody) => load({ url, authorization, nextBody, connections, seconds, requests });
  await oursLoad(await scenario.body(seconds));
  const floor = await startFloor(answer);
  const floorBody = constantBody('grant_type=client_credentials&scope=default');
  const floorLoad = () => load({ url: floor.url, authorization, nextBody: floorBody, connections, seconds });
  await floorLoad();
  const taken = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await floorLoad();
    const ours = await oursLoad(round === 0 ? body : await scenario.body(seconds));
    taken.push({ ...ours, floor: bare.perSecond, ratio: ours.perSecond / bare.perSecond });
    say(
      `  ${scenario.name}, round ${round + 1} of ${rounds}: ${Math.round(ours.perSecond)}/s, floor ${Math.round(bare.perSecond)}/s, errors ${ours.errors}`,
    );
  }
  await floor.stop();
  return { name: scenario.name, target: scenario.target, connections, ...summaryOf(taken) };
};

const summaryOf = (taken) => {
  const middle = (key) => median(taken.map((round) => round[key]));
  return {
    perSecond: middle('perSecond'),
    floor: middle('floor'),
    ratio: middle('ratio'),
    p50: middle('p50'),
    p99: middle('p99'),
    errors: taken.reduce((sum, { errors }) => sum + errors, 0),
  };
};

pinClient();
const product = await startProduct();
const results = [];
try {
  const clients = await prepare(product.base);
  const idle = product.memory();
  for (const scenario of scenarios(product.base, clients)) results.push(await measure(product.base, scenario));
  const text = report({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${pinning}`,
    method: `${rounds} rounds of ${seconds} s each, floor and endpoint in turn, each after one round to warm up, medians`,
    product,
    signatureMicros: signatureMicros(),
    idle,
    loaded: product.memory(),
    results,
  });
  writeFileSync('docs/benchmarks.md', text);
  console.log(text);
} finally {
  await product.stop();
}
