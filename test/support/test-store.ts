import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { manualClock, type ManualClock } from '../store/opened-stores.js';

export interface TestStore {
  readonly store: Store;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** An empty embedded store in a folder of its own, which goes with it. */
export const openTestStore = async (): Promise<TestStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-store-'));
  const clock = manualClock();
  const store = await openSqliteStore(join(folder, 'tallygate.db'), { clock: clock.now });
  return {
    store,
    clock,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
