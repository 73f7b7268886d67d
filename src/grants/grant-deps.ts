import type { Clock } from '../model/clock.js';
import type { Store } from '../store/port/store.js';

/** What the use cases of grants need; handed over by the composition root. */
export interface GrantDeps {
  readonly store: Store;
  readonly clock: Clock;
}
