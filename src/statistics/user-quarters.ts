import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { quarterMillis, quarterOf, utcDayOf } from '../model/quarter-hour.js';
import type { UserActivity } from '../store/port/activity.js';

export interface UserToken {
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly userId: string;
  readonly at: EpochMillis;
}

/** A user in a quarter hour that the store does not have yet, and how to say that it has. */
export interface UnwrittenActivity {
  readonly activity: UserActivity;
  readonly written: () => void;
}

/** In which quarter hours users were active, each noted once. */
export interface UserQuarters {
  /** Answers whether it was new. */
  note(token: UserToken): boolean;
  unwritten(): readonly UnwrittenActivity[];
  /** How many wait to be written. */
  waiting(): number;
  /** How many found no room since this was last asked. */
  takeDropped(): number;
}

/** Of those that wait while the store is away; some 30 MB. */
export const waitingLimit = 100_000;
/** Of those that are remembered as noted. Forgetting them costs a needless write, never a wrong figure. */
const rememberedLimit = 200_000;

export const createUserQuarters = (): UserQuarters => {
  const waiting = new Map<string, UserActivity>();
  const noted = createNoted();
  let dropped = 0;

  return {
    note(token) {
      const key = `${token.environment} ${token.userId} ${token.applicationId}`;
      const quarter = Math.floor(token.at / quarterMillis);
      if (noted.has(quarter, key)) return false;
      if (waiting.size >= waitingLimit) {
        dropped += 1;
        return false;
      }
      noted.add(quarter, key);
      waiting.set(`${quarter} ${key}`, activityOf(token));
      return true;
    },

    unwritten: () => [...waiting].map(([key, activity]) => ({ activity, written: () => void waiting.delete(key) })),

    waiting: () => waiting.size,

    takeDropped() {
      const taken = dropped;
      dropped = 0;
      return taken;
    },
  };
};

const activityOf = ({ applicationId, environment, userId, at }: UserToken): UserActivity => ({
  applicationId,
  environment,
  userId,
  day: utcDayOf(at),
  quarters: [quarterOf(at)],
});

/** Who is noted in the two newest quarter hours: nobody comes back to an older one but after a change of the clock. */
const createNoted = () => {
  const quarters = new Map<number, Set<string>>();
  let remembered = 0;

  const forget = (quarter: number): void => {
    remembered -= quarters.get(quarter)?.size ?? 0;
    quarters.delete(quarter);
  };

  return {
    has: (quarter: number, key: string): boolean => quarters.get(quarter)?.has(key) ?? false,

    add(quarter: number, key: string): void {
      if (remembered >= rememberedLimit) for (const known of [...quarters.keys()]) forget(known);
      const keys = quarters.get(quarter) ?? new Set();
      quarters.set(quarter, keys.add(key));
      remembered += 1;
      if (quarters.size > 2) forget(Math.min(...quarters.keys()));
    },
  };
};
