import type { KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import type { UtcDay } from '../../model/quarter-hour.js';

/**
 * What one server process has counted of one UTC day so far. The process writes the same row again and again, each time with figures that
 * are at least the old ones, so that a retried write never counts twice.
 */
export interface TokenTally {
  /** Random, one per process start. */
  readonly server: string;
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly grantType: GrantName;
  readonly day: UtcDay;
  /** Quarter of the day (0..95) → figures; quarters without any are left out. */
  readonly quarters: ReadonlyMap<number, { readonly issued: number; readonly refused: number }>;
}

/** A user obtained a token as himself in these quarter hours of a UTC day. */
export interface UserActivity {
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly userId: string;
  readonly day: UtcDay;
  /** 0..95 */
  readonly quarters: readonly number[];
}

export interface ActivityStore {
  /** Replaces each tally's row, adds quarters to each user's day. Idempotent; each row is atomic. Rows of erased users and removed applications vanish by `sweep`. */
  record(batch: { readonly tallies: readonly TokenTally[]; readonly users: readonly UserActivity[] }): Promise<void>;
}

export interface ActivityOf {
  readonly applicationId: string;
  /** Absent: the application as a whole. */
  readonly environment?: KeyEnvironment;
}

export interface TokenCount {
  readonly grantType: GrantName;
  /** Start of a quarter hour. */
  readonly start: EpochMillis;
  readonly issued: number;
  readonly refused: number;
}

/** Both by quarter hours: a quarter counts where its start lies in the range. */
export interface ActivityReader {
  /** Sums over servers (and environments for the whole), ordered by start; quarters without any are left out. */
  tokenCounts(
    query: ActivityOf & { readonly from: EpochMillis; readonly to: EpochMillis },
  ): Promise<readonly TokenCount[]>;

  /** Distinct users with a token in each range, in the order of the ranges. Erased users are left out. */
  activeUsers(
    query: ActivityOf & { readonly ranges: readonly { readonly from: EpochMillis; readonly to: EpochMillis }[] },
  ): Promise<readonly number[]>;
}
