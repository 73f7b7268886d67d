import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import type { RequestTime } from '../port/store.js';

/** Undefined until the first command of the request. */
interface Allowance {
  endsAt: number | undefined;
}

/** Of all stores in this process, since a request has one. Node keeps track of nothing before the first `share` (docs/decisions/0093). */
const allowances = new AsyncLocalStorage<Allowance>();

export const requestTime: RequestTime = {
  share: (work) => allowances.run({ endsAt: undefined }, work),
  takeLong: () => {
    const allowance = allowances.getStore();
    if (allowance !== undefined) allowance.endsAt = Infinity;
  },
};

/** What a command may take that begins now. @param millis what a request may take, and a command outside of requests */
export const millisLeft = (millis: number): number => {
  const allowance = allowances.getStore();
  if (allowance === undefined) return millis;
  const now = performance.now();
  allowance.endsAt ??= now + millis;
  return Math.min(millis, allowance.endsAt - now);
};
