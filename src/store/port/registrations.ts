import type { KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { InstantRange, Page, PageRequest } from '../../model/page.js';
import type { Registration } from '../../model/registration.js';

export interface NewRegistration {
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly userId: string;
  readonly at: EpochMillis;
}

/** The only truth of the statistic: one row per (application, user), keyed by both. */
export interface RegistrationStore {
  /**
   * Records a token of the password grant. Keeps the first instants that are there, moves only the last ones; durable when it
   * returns. `first`: this call made the registration with the application or with the environment. The whole is never later
   * than an environment. An erased user's row stays a tombstone and answers `already`.
   */
  record(registration: NewRegistration): Promise<'first' | 'already'>;

  /** Turns the row into a tombstone without the user: it leaves every figure. */
  bury(applicationId: string, userId: string): Promise<void>;

  findByUsers(userIds: readonly string[]): Promise<readonly Registration[]>;
}

export interface RegistrationQuery extends InstantRange {
  readonly applicationId: string;
  /** Absent: the application as a whole. */
  readonly environment?: KeyEnvironment;
}

/** What a statistics operation reads, all from one cut. Tombstones are left out. */
export interface RegistrationReader {
  /** How many users' first instant lies in the range, one figure per query, in the order of the queries; one round trip. */
  counts(queries: readonly RegistrationQuery[]): Promise<readonly number[]>;

  /** Ordered by (firstTokenAt of the environment or the whole, userId) ascending; `Position.id` is the user id. */
  page(query: RegistrationQuery, request: PageRequest): Promise<Page<Registration>>;
}
