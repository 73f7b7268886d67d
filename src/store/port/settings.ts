import type { EpochMillis } from '../../model/clock.js';
import type { SigningKeyRecord } from '../../model/signing-key.js';

export interface SettingStore {
  /** Writes `value` if nothing is there; returns what is there afterwards. Of several first starts one wins. */
  claim(name: string, value: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
}

export interface SigningKeyStore {
  /** Inserts by `slot`; `slot_taken` means another server was first. */
  add(key: SigningKeyRecord): Promise<'added' | 'slot_taken'>;
  /** All keys, oldest first. */
  list(): Promise<readonly SigningKeyRecord[]>;
}

/** When a client or one of its secrets was last used, to the hour; written late, loses at most the last minute in a crash. */
export interface UsageStore {
  /** Keeps the later instant of each id. */
  record(uses: readonly { readonly id: string; readonly at: EpochMillis }[]): Promise<void>;
  /** Last use by key set id or client secret id. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, EpochMillis>>;
}
