// `npm run check`: steps of package.json in two lanes side by side. What a step has to say is shown only when it fails.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** The tests run the program that the first step builds; the second half of them begins long after that. */
const lanes = [
  ['check:schema', 'test:quick -- --shard=1/2'],
  ['check:types', 'check:walls', 'check:unused', 'check:format', 'check:lint', 'test:quick -- --shard=2/2'],
];

/** Resolves to whether the step went well. */
const run = (step) =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn('npm', ['run', '--silent', ...step.split(' ')], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.padEnd(25)} ${seconds.padStart(5)} s\n`);
      if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
      resolve(code === 0);
    });
  });

const results = await Promise.all(
  lanes.map(async (steps) => {
    const passed = [];
    for (const step of steps) passed.push(await run(step));
    return passed;
  }),
);
process.exitCode = results.flat().every(Boolean) ? 0 : 1;
