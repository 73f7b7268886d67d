import type { KeyEnvironment } from '../../model/application.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { InstantRange, Page, PageRequest } from '../../model/page.js';
import type { Registration } from '../../model/registration.js';

export interface NewRegistration {
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly userId: string;
  readonly at: EpochMillis;
}

/** What an import made of one row; `erased`: the user is gone, nothing was written. */
export type ImportOutcome = 'created' | 'moved' | 'unchanged' | 'erased';

/** The only truth of the statistic: one row per (application, user), keyed by both. */
export interface RegistrationStore {
  /**
   * Records a token of the password grant. Keeps the first instants that are there, moves only the last ones; a new one is `firstInstant`
   * of the token. Durable when it returns. `first`: this call made the registration with the application or with the environment, or found nobody to make it for:
   * look whether the user is still there. The whole is never later than an environment. An erased user's row stays a tombstone and answers
   * `already`. One round trip for who is registered.
   */
  record(registration: NewRegistration): Promise<'first' | 'already'>;

  /** Turns the row into a tombstone without the user: it leaves every figure. */
  bury(applicationId: string, userId: string): Promise<void>;

  /**
   * Brings in first instants of another system, at most 1,000: makes what is missing, moves what is later than the row says, one row after
   * the other; the outcomes in the order of the rows. Idempotent; each row is atomic, and a figure never shows half of one. With
   * `dryRun` nothing is written and the outcomes are what they would be.
   */
  import(
    rows: readonly NewRegistration[],
    how: { readonly audit: AuditEvent } | { readonly dryRun: true },
  ): Promise<readonly ImportOutcome[]>;

  /**
   * Ordered by user, first instant and application. `too_many`: there are more than `most` rows of them together, those of applications that
   * are just being removed included; then hardly more than these were looked at.
   */
  findByUsers(userIds: readonly string[], most: number): Promise<readonly Registration[] | 'too_many'>;
}

export interface RegistrationsOf {
  readonly applicationId: string;
  /** Absent: the application as a whole. */
  readonly environment?: KeyEnvironment;
}

/** First instants, by what became of the user. */
export interface RegistrationCount {
  readonly registered: number;
  /** Of users erased since. */
  readonly erased: number;
}

export interface Histogram {
  readonly applicationIds: readonly string[];
  readonly environment?: KeyEnvironment;
  /** Ascending, at least one, any millisecond; many callers ask for one, a year of days or 1,000 hours. */
  readonly boundaries: readonly EpochMillis[];
}

/** Kept figures of one UTC day beside what its rows say. */
export interface KeptDay {
  readonly start: EpochMillis;
  readonly kept: RegistrationCount;
  readonly counted: RegistrationCount;
  /** Also each quarter hour is what its rows say. */
  readonly quartersAgree: boolean;
}

/** What a statistics operation reads, all from one cut. Tombstones are left out but where they are asked for. */
export interface RegistrationReader {
  /**
   * For each application asked for: how many first instants lie before the first boundary, then between it and the second, and so on;
   * as many figures as boundaries. The cost grows with days and boundaries, not with users.
   */
  histogram(histogram: Histogram): Promise<ReadonlyMap<string, readonly RegistrationCount[]>>;

  /** Ordered by (firstTokenAt of the environment or the whole, userId) ascending; `Position.id` is the user id. */
  page(query: RegistrationsOf & InstantRange, request: PageRequest): Promise<Page<Registration>>;

  /**
   * Counts the rows of the UTC days that begin in `[from, to)` and puts them beside what is kept of these days; days of which nothing is
   * kept and nothing counted are left out. Reads every row: ask for small slices.
   */
  compareKept(
    query: RegistrationsOf & { readonly from: EpochMillis; readonly to: EpochMillis },
  ): Promise<readonly KeptDay[]>;

  /** The first instants at the two ends of what is there, or is there from an instant on; tombstones included; undefined when nothing is. */
  extent(
    of: RegistrationsOf & { readonly from?: EpochMillis },
  ): Promise<{ readonly first: EpochMillis; readonly last: EpochMillis } | undefined>;

  /**
   * The next applications by id that rows or kept figures name, some at a time, none when there are no more; `known`: the store has it, or had it
   * until it was removed.
   */
  namedApplications(after: string): Promise<readonly { readonly id: string; readonly known: boolean }[]>;
}
