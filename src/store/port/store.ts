import type { Application } from '../../model/application.js';
import type { Clock, EpochMillis } from '../../model/clock.js';
import type { User } from '../../model/user.js';
import type { ApplicationStore } from './applications.js';
import type { ActivityReader, ActivityStore } from './activity.js';
import type { AuditStore } from './audit.js';
import type { IdempotencyStore } from './idempotency.js';
import type { RegistrationReader, RegistrationStore } from './registrations.js';
import type { SettingStore, SigningKeyStore, UsageStore } from './settings.js';
import type { TokenStore } from './tokens.js';
import type { UserStore } from './users.js';

/** One cut through the data, for a whole GraphQL operation. Close it: it holds a read transaction. */
export interface Snapshot {
  /** Just after the instant of reading, or after the newest first instant where the clock was set back: everything in the cut is before it. */
  readonly asOf: EpochMillis;
  /** What the clock said at the reading: what is today, and what is over, of figures that are not of registrations. */
  readonly readAt: EpochMillis;
  readonly registrations: RegistrationReader;
  readonly activity: ActivityReader;
  findUsers(ids: readonly string[]): Promise<readonly User[]>;
  findApplications(ids: readonly string[]): Promise<readonly Application[]>;
  close(): Promise<void>;
}

/** What persists. Two adapters: SQLite (embedded) and MongoDB. No method needs a multi-document transaction. */
export interface Store {
  /** `sqlite` or `mongodb`, with the version of the engine. */
  readonly description: string;
  /** The store's time, so that servers whose own clocks differ agree. */
  readonly clock: Clock;
  readonly applications: ApplicationStore;
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly registrations: RegistrationStore;
  readonly activity: ActivityStore;
  readonly audit: AuditStore;
  readonly idempotency: IdempotencyStore;
  readonly settings: SettingStore;
  readonly signingKeys: SigningKeyStore;
  readonly usage: UsageStore;

  /** Absent where no call waits for others than this process. */
  readonly requestTime?: RequestTime;

  openSnapshot(): Promise<Snapshot>;

  /** Resolves when the store answers, rejects with StoreUnavailable within a second when it does not. */
  ping(): Promise<void>;

  /**
   * One bounded step of cleaning: deletes what expired before `at`, moves audit outboxes, finishes interrupted removals, erasures and imports, closes the
   * days of the registrations that are over.
   * Idempotent, safe on many servers. Returns how much it did; call again while it is not 0.
   */
  sweep(at: EpochMillis): Promise<number>;

  /** Waits for running writes, then closes. */
  close(): Promise<void>;
}

/** How long a caller may have to wait for the store: the product promises an answer within 2 s. */
export const storeWaitMillis = 1_450;

/** The time that the calls for one request may take together. */
export interface RequestTime {
  /** Does the work of a request. Only waiting for the store counts; a call that is under way when the time is over, or comes later, rejects with StoreUnavailable. */
  readonly share: <T>(work: () => T) => T;
  /** For a request whose work takes long by its nature, step by step: from here on each step has a limit of its own. */
  readonly takeLong: () => void;
}

/** The store cannot be reached or did not answer in time; nothing is known to be written. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('The store is not available.', { cause });
    this.name = 'StoreUnavailable';
  }
}

/** For the log beside `DiskFull`: what to do. */
export const roomNeeded =
  'The disk of the database file, or a quota of it, is full: make room. Reads go on, and the next write tries again by itself.';

/** There is no room for what was to be written. */
export class DiskFull extends StoreUnavailable {
  constructor(cause: unknown) {
    super(cause);
    this.name = 'DiskFull';
  }
}

/** The store answers, but too slowly for what is asked of it: nothing came in time. */
export class StoreBusy extends StoreUnavailable {
  constructor(cause: unknown) {
    super(cause);
    this.name = 'StoreBusy';
  }
}

/** The start must stop: damaged or newer file, standalone MongoDB, second writer. `message` tells the operator what to do. */
export class StoreRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreRefused';
  }
}
