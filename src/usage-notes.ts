import { hourMillis, type EpochMillis } from './model/clock.js';
import type { Store } from './store/port/store.js';

export interface UsageNotes {
  /** Remembers that a client or secret was used in this hour. */
  note(id: string, at: EpochMillis): void;
  /** Brings what is new to the store; what cannot be written now is written the next time. */
  flush(): Promise<void>;
}

/** Last uses of key sets and secrets, to the hour, written late and together: no token waits for them. */
export const createUsageNotes = (store: Store): UsageNotes => {
  const noted = new Map<string, EpochMillis>();
  const waiting = new Map<string, EpochMillis>();
  return {
    note: (id, at) => {
      const hour = at - (at % hourMillis);
      if ((noted.get(id) ?? -1) >= hour) return;
      if (noted.size >= mostRemembered) noted.clear(); // some are then written once more
      noted.set(id, hour);
      waiting.set(id, hour);
    },
    flush: async () => {
      const uses = [...waiting].map(([id, at]) => ({ id, at }));
      for (let start = 0; start < uses.length; start += batchLimit) {
        const batch = uses.slice(start, start + batchLimit);
        await store.usage.record(batch);
        for (const { id, at } of batch) if (waiting.get(id) === at) waiting.delete(id);
      }
    },
  };
};

const mostRemembered = 100_000;
const batchLimit = 500;
