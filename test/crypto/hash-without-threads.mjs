// Hashes a password where no thread can be started, and again where one can: node hash-without-threads.mjs <dist> <what is lacking> <how many descriptors are left>
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL, URL } from 'node:url';

const [, , dist = '', lacking, left = '0'] = process.argv;
const built = (name) => import(new URL(name, `${pathToFileURL(dist)}/`).href);
const { createPasswordHasher } = await built('crypto/hash-pool.js');
const { Secret } = await built('model/secret.js');
const hasher = createPasswordHasher({ threads: 2, queueLimit: 16 });
const taken = [];

const takeDescriptors = () => {
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
  }
  for (const descriptor of taken.splice(0, Number(left))) closeSync(descriptor);
};

/** Of the addresses of this process, in bytes. */
const limitMemory = (limit) => {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--as=${limit}:`]);
};

const usedMemory = () => Number(/VmSize:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

const kinds = {
  descriptors: { take: takeDescriptors, give: () => taken.forEach((descriptor) => closeSync(descriptor)) },
  // Enough for anything but the stack of a thread, which is 4 MiB.
  memory: { take: () => limitMemory(usedMemory() + 3 * 1024 * 1024), give: () => limitMemory('unlimited') },
};

const outcome = () =>
  hasher.hash(new Secret('correct horse')).then(
    (hash) => hash.slice(0, 9),
    ({ name, retryAfterSeconds }) => `${name} ${retryAfterSeconds > 0}`,
  );

const { take, give } = kinds[lacking];
take();
const without = await outcome();
give();
process.stdout.write(`${without}\n${await outcome()}\n`);
await hasher.close();
