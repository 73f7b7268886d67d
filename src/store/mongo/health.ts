import { performance } from 'node:perf_hooks';
import type { Log } from '../../model/log.js';
import { StoreBusy, type StoreUnavailable } from '../port/store.js';
import { connectionLimit, type PoolState } from './pool-state.js';
import { gotNoConnection } from './store-error.js';

/** What its commands show of the server. When that changes, the log has one line. */
export interface Health {
  answered(): void;
  /** @returns what the caller is told: a server that answers others is not away */
  failed(error: StoreUnavailable): StoreUnavailable;
}

export interface HealthParts {
  readonly log: Log | undefined;
  readonly pool: () => PoolState;
  /** A server that has answered anything within this time is there. */
  readonly lifeMillis: number;
  /** Monotonic. */
  readonly now?: () => number;
}

/** It is well again when nothing has failed for so long: ups and downs are not a line each. */
const calmMillis = 5_000;

export const createHealth = ({ log, pool, lifeMillis, now = () => performance.now() }: HealthParts): Health => {
  let state: 'well' | 'busy' | 'away' = 'well';
  let answeredAt = -Infinity;
  let failedAt = -Infinity;
  return {
    answered: () => {
      answeredAt = now();
      if (state === 'well' || answeredAt - failedAt < calmMillis) return;
      state = 'well';
      log?.info({}, 'store_recovered');
    },
    failed: (error) => {
      failedAt = now();
      const isBusy = isLate(error) && failedAt - answeredAt < lifeMillis;
      const seen = isBusy ? 'busy' : 'away';
      if (state !== seen && isBusy) log?.warn({ ...pool(), connectionLimit }, 'store_busy');
      if (state !== seen && !isBusy) log?.warn(fieldsOf(error.cause), 'store_unavailable');
      state = seen;
      return isBusy ? new StoreBusy(error) : error;
    },
  };
};

/** Not its message, which may hold a part of the URL. */
const fieldsOf = (cause: unknown): Readonly<Record<string, unknown>> => {
  if (!(cause instanceof Error)) return {};
  return { error: cause.name, ...('code' in cause && cause.code !== undefined && { code: cause.code }) };
};

/** Nothing came in time, neither an answer nor a connection to ask by. */
const isLate = ({ cause }: StoreUnavailable): boolean => cause instanceof OutOfTime || gotNoConnection(cause);

/** The limit of a command or of its request has passed. */
export class OutOfTime extends Error {
  constructor() {
    super('no answer in time');
    this.name = 'OutOfTime';
  }
}
