import type { DiskFull } from './store.js';

/** What an operator is to hear of, once each time that it changes. */
export interface DiskNotices {
  /** From now on writes fail. */
  full(failure: DiskFull): void;
  /** Something could be written again. */
  hasRoom(): void;
}
