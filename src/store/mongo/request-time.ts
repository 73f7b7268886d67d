import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import type { RequestTime } from '../port/store.js';

/** Only waiting for the server counts: a request that waited for a hash thread has lost nothing of it. */
interface Allowance {
  isUnlimited: boolean;
  spentMillis: number;
  /** Commands under way, and since when there are any. */
  running: number;
  since: number;
}

/** Of all stores in this process, since a request has one. Node keeps track of nothing before the first `share` (docs/decisions/0093). */
const allowances = new AsyncLocalStorage<Allowance>();

export const requestTime: RequestTime = {
  share: (work) => allowances.run({ isUnlimited: false, spentMillis: 0, running: 0, since: 0 }, work),
  takeLong: () => {
    const allowance = allowances.getStore();
    if (allowance !== undefined) allowance.isUnlimited = true;
  },
};

export interface CommandTime {
  readonly millisLeft: number;
  /** Nobody waits for the command any more. */
  readonly end: () => void;
}

/** Of a command that begins now. @param millis what a request may take, and a command outside of requests */
export const beginCommand = (millis: number): CommandTime => {
  const allowance = allowances.getStore();
  if (allowance === undefined) return { millisLeft: millis, end: () => undefined };
  const now = performance.now();
  if (allowance.running === 0) allowance.since = now;
  allowance.running += 1;
  const left = millis - allowance.spentMillis - (now - allowance.since);
  return { millisLeft: allowance.isUnlimited ? millis : left, end: () => endCommand(allowance) };
};

const endCommand = (allowance: Allowance): void => {
  allowance.running -= 1;
  if (allowance.running === 0) allowance.spentMillis += performance.now() - allowance.since;
};
