import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/store/port/store.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { manualClock, type ManualClock } from '../store/opened-stores.js';

export interface TestStore {
  readonly store: Store;
  readonly clock: ManualClock;
  /** Closes it and opens it again: what a next start finds. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

/** An empty embedded store in a folder of its own, which goes with it. */
export const openTestStore = async (): Promise<TestStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'tallygate-store-'));
  const clock = manualClock();
  const open = (): Promise<Store> => openSqliteStore(join(folder, 'tallygate.db'), { clock: clock.now });
  const store = await open();
  let current = store;
  return {
    store,
    clock,
    reopen: async () => {
      await current.close();
      current = await open();
      return current;
    },
    close: async () => {
      await current.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
