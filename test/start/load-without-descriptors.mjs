// Composes the product, asks /graphql where few descriptors are left, and again where there are more: node load-without-descriptors.mjs <dist> <folder>
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import process from 'node:process';
import { pathToFileURL, URL } from 'node:url';

const built = (name) => import(new URL(name, `${pathToFileURL(process.argv[2] ?? '')}/`).href);
const { compose } = await built('compose.js');
const { createMetrics } = await built('metrics.js');
const { Secret } = await built('model/secret.js');
const { openSqliteStore } = await built('store/sqlite/open.js');

const say = (text) => process.stdout.write(`${text}\n`);
const tell = (fields, event) => say(event);
const composition = await compose({
  store: await openSqliteStore(`${process.argv[3]}/tallygate.db`),
  log: { debug: () => undefined, info: tell, warn: tell, error: tell },
  metrics: createMetrics(),
  issuer: 'https://tallygate.example',
  secretKeys: [new Secret('A'.repeat(43))],
  trustedProxies: [],
  statisticsTimeZone: 'UTC',
  version: 'test',
  isReady: () => Promise.resolve(true),
  isStopping: () => false,
});
const server = createServer(composition.handler).listen(0, '127.0.0.1');
await once(server, 'listening');
const ask = async () => {
  const sent = request({ port: server.address().port, path: '/graphql', method: 'POST', agent: false }).end('{}');
  const [answer] = await once(sent, 'response');
  answer.resume();
  return `${answer.statusCode} ${answer.headers['retry-after']}`;
};
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null'));
} catch (error) {
  say(error.code);
}
for (const descriptor of taken.splice(0, 20)) closeSync(descriptor);
await composition.makeRest();
say(await ask());
for (const descriptor of taken) closeSync(descriptor);
say(await ask());
process.exit(0);
