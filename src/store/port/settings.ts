import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { SigningKeyRecord } from '../../model/signing-key.js';

export interface SettingStore {
  /** Writes `value` if nothing is there; returns what is there afterwards. Of several first starts one wins. */
  claim(name: string, value: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
}

export interface SigningKeyStore {
  /** Inserts by `slot`, with the event of the rotation if it is one; `slot_taken` means another server was first. */
  add(key: SigningKeyRecord, audit?: AuditEvent): Promise<'added' | 'slot_taken'>;
  /** Marks keys as withdrawn, once and for all. Idempotent. */
  withdraw(ids: readonly string[], at: EpochMillis): Promise<void>;
  /** Deletes keys whose tokens have all expired. Idempotent. */
  remove(ids: readonly string[]): Promise<void>;
  /** All keys, oldest first, the withdrawn ones included. */
  list(): Promise<readonly SigningKeyRecord[]>;
}

/** When a client or one of its secrets was last used, to the hour; written late, loses at most the last minute in a crash. */
export interface UsageStore {
  /** Keeps the later instant of each id. */
  record(uses: readonly { readonly id: string; readonly at: EpochMillis }[]): Promise<void>;
  /** Last use by key set id or client secret id. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, EpochMillis>>;
  /** The next ids in their order, some at a time, none when there are no more. */
  ids(after: string): Promise<readonly string[]>;
  /** Idempotent. */
  remove(ids: readonly string[]): Promise<void>;
}
