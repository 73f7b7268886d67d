import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { StartRefused } from '../../src/configuration/problem.js';
import { issuerUrl } from '../../src/configuration/values.js';
import { listen, urlOf } from '../../src/start/listen.js';
import { recordingLog } from '../support/recording-log.js';

const host = '127.0.0.1';

const taken: Server[] = [];
afterEach(() => {
  for (const server of taken.splice(0)) server.close();
});

/** Undefined: somebody has it already. */
const take = async (port: number): Promise<number | undefined> => {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch {
    return undefined;
  }
  taken.push(server);
  return (server.address() as AddressInfo).port;
};

/** Two ports in a row. */
const takeTwo = async (): Promise<number> => {
  for (;;) {
    const first = (await take(0)) ?? 0;
    if ((await take(first + 1)) !== undefined) return first;
  }
};

/** What is proposed instead of a port that is taken. */
const proposedFor = async (port: number, otherPort: number): Promise<number> => {
  const place = { host, port, issuerOf: () => 'https://auth.example', log: recordingLog().log };
  const refusal: unknown = await listen(place, () => undefined, { setting: '', otherPort }).catch(
    (error: unknown) => error,
  );
  if (!(refusal instanceof StartRefused)) throw new Error('The port could be had.');
  return Number(/^TALLYGATE_PORT=(\d+)$/.exec(refusal.problems[0]?.line ?? '')?.[1]);
};

it('proposes a port that is free, where the next one is taken or the other listener’s', async () => {
  const port = await takeTwo();
  const proposed = await proposedFor(port, port + 2);
  expect(proposed).toBeGreaterThan(port + 2);
  expect(await take(proposed)).toBe(proposed);
});

it('proposes a port that there is, where the last one is taken', async () => {
  await take(65_535); // or somebody else has it
  const proposed = await proposedFor(65_535, 0);
  expect(proposed).toBeLessThan(65_535);
  expect(await take(proposed)).toBe(proposed);
});

it.each([
  ['https', '127.0.0.1', 8243, 'https://localhost:8243'],
  ['https', '::1', 443, 'https://localhost'],
  ['https', 'auth.example', 80, 'https://auth.example:80'],
  ['http', '127.0.0.1', 80, 'http://localhost'],
  ['http', '2001:db8::1', 443, 'http://[2001:db8::1]:443'],
] as const)('calls a listener of %s on %s and port %d by a URL that can be an issuer', (scheme, name, port, url) => {
  expect(urlOf(scheme, name, port)).toBe(url);
  expect(issuerUrl(url)).toBe(url);
});
