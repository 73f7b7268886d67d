import type { Clock, EpochMillis } from '../../src/model/clock.js';
import type { Store } from '../../src/store/port/store.js';

/** A clock that stands still until it is moved. */
export interface ManualClock {
  /** The clock itself, to be handed to what is tested. */
  readonly now: Clock;
  set(at: EpochMillis): void;
  advance(millis: number): void;
}

export const manualClock = (start: EpochMillis = Date.UTC(2026, 0, 15, 12)): ManualClock => {
  let present = start;
  return {
    now: () => present,
    set: (at) => {
      present = at;
    },
    advance: (millis) => {
      present += millis;
    },
  };
};

/**
 * Two stores over the same data, empty at first. On SQLite, which has one writer to a file, both are the same object; on
 * MongoDB they are two connections, like two servers.
 */
export interface OpenedStores {
  readonly first: Store;
  readonly second: Store;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** What a contract is: it describes a port of the store that `open` opens. */
export type Contract = (name: string, open: () => Promise<OpenedStores>) => void;
