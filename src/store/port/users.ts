import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { User } from '../../model/user.js';
import type { UsernameRange } from '../../model/username.js';

export interface UserFilter {
  readonly usernames?: UsernameRange;
  readonly enabled?: boolean;
}

/** Absent stays, null clears. Switching off raises the epoch when it changes something; `raiseEpoch` does so always. */
export interface UserChange {
  readonly email?: string | null;
  readonly displayName?: string | null;
  /** The change takes place only while he is `from`. */
  readonly enabled?: { readonly from: boolean; readonly to: boolean };
  readonly raiseEpoch?: true;
  readonly password?: { readonly hash: string; readonly at: EpochMillis };
}

/** Every write is one document or row with its audit event: both are durable or neither. */
export interface UserStore {
  create(user: User, audit: AuditEvent): Promise<'created' | 'id_taken' | 'username_taken'>;

  /**
   * One atomic write. A new password raises the epoch and ends the user's families. `moved`: he is not what `enabled` is to change from;
   * nothing was written.
   */
  update(id: string, change: UserChange, audit: AuditEvent): Promise<User | 'unknown' | 'moved'>;

  /** Replaces a hash made with older parameters; does nothing unless the stored hash is `expected`. Raises no epoch. */
  rehash(id: string, expected: string, hash: string): Promise<void>;

  /**
   * Erasure. The first write makes the user unknown everywhere, frees the name and carries the event; before it returns the
   * registrations are tombstones and no list or figure holds anything of him. What is left by a crash, or since it is very
   * much, `Store.sweep` deletes.
   */
  erase(id: string, audit: AuditEvent): Promise<'erased' | 'unknown'>;

  /** Reads that decide are primary reads on MongoDB. Erased users are unknown. */
  find(id: string): Promise<User | undefined>;
  findByUsername(username: string): Promise<User | undefined>;
  findMany(ids: readonly string[]): Promise<readonly User[]>;

  /** Ordered by (createdAt, id) ascending. */
  page(filter: UserFilter, request: PageRequest): Promise<Page<User>>;
  count(filter: UserFilter): Promise<number>;
}
