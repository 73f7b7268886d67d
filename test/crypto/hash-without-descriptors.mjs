// Hashes a password where no descriptor is left, and again where there is: node hash-without-descriptors.mjs <dist>
import { closeSync, openSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL, URL } from 'node:url';

const built = (name) => import(new URL(name, `${pathToFileURL(process.argv[2] ?? '')}/`).href);
const { createPasswordHasher } = await built('crypto/hash-pool.js');
const { Secret } = await built('model/secret.js');
const hasher = createPasswordHasher({ threads: 2, queueLimit: 16 });
const taken = [];

const takeAll = () => {
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch (error) {
    return error.code;
  }
};

const outcome = () =>
  hasher.hash(new Secret('correct horse')).then(
    (hash) => hash.slice(0, 9),
    ({ name, retryAfterSeconds }) => `${name} ${retryAfterSeconds > 0}`,
  );

process.stdout.write(`${takeAll()}\n`);
const without = await outcome();
for (const descriptor of taken) closeSync(descriptor);
process.stdout.write(`${without}\n${await outcome()}\n`);
await hasher.close();
