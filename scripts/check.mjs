// `npm run check`: steps of package.json side by side. What a step has to say is shown only when it fails.
import { spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** So small that all cores are busy to the end. */
const tests = [1, 2, 3, 4, 5, 6].map((part) => `test:quick -- --shard=${part}/6`);
/** The longest first. The tests run the program that `check:schema` builds. */
const steps = ['check:lint', ...tests, 'check:types', 'check:walls', 'check:unused', 'check:format'];

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

// Passwords are hashed by threads of the lowest priority: beside steps of a higher one the tests would wait for them too long.
setPriority(19);
const start = performance.now();
const passed = [await run('check:schema')];
/** One more than there are cores: tests wait for timers and for the disk. */
const lane = async () => {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) passed.push(await run(step));
};
await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
process.stdout.write(
  `${passed.every(Boolean) ? 'All well' : 'Not all well'} after ${Math.round((performance.now() - start) / 1000)} s.\n`,
);
process.exitCode = passed.every(Boolean) ? 0 : 1;
