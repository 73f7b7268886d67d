import { randomText } from '../crypto/random-token.js';
import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import { quarterOf, utcDayOf } from '../model/quarter-hour.js';
import type { UtcDay } from '../model/quarter-hour.js';
import type { TokenTally } from '../store/port/activity.js';

export interface TokenOutcome {
  readonly applicationId: string;
  readonly environment: KeyEnvironment;
  readonly grantType: GrantName;
  readonly at: EpochMillis;
  readonly figure: 'issued' | 'refused';
}

/** A tally as it stood, and how to say that the store has it. */
export interface UnwrittenTally {
  readonly tally: TokenTally;
  readonly written: () => void;
}

/** What this process has counted of the current and the previous UTC day, and of older ones that are not written yet. */
export interface TokenTallies {
  count(outcome: TokenOutcome): void;
  unwritten(): readonly UnwrittenTally[];
  /** Lets go of days that are over and written. */
  forgetOldDays(): void;
}

interface Running {
  readonly row: Omit<TokenTally, 'quarters'>;
  readonly quarters: Map<number, QuarterCount>;
  events: number;
  writtenEvents: number;
}

interface QuarterCount {
  issued: number;
  refused: number;
}

export const createTokenTallies = (): TokenTallies => {
  const tallies = new Map<string, Running>();
  let server = randomText(15);
  let latestDay: UtcDay = 0;

  return {
    count(outcome) {
      const day = utcDayOf(outcome.at);
      latestDay = Math.max(latestDay, day);
      const key = `${day} ${outcome.environment} ${outcome.grantType} ${outcome.applicationId}`;
      const running = tallies.get(key) ?? newTally(outcome, day, server);
      tallies.set(key, running);
      addOne(running, outcome);
    },

    unwritten: () => [...tallies.values()].filter(({ events, writtenEvents }) => events > writtenEvents).map(unwritten),

    forgetOldDays() {
      const old = [...tallies].filter(
        ([, { row, events, writtenEvents }]) => row.day < latestDay - 1 && events === writtenEvents,
      );
      for (const [key] of old) tallies.delete(key);
      // A clock that is set back may come to such a day again: its row begins at 0 and must not replace the one that was let go.
      if (old.length > 0) server = randomText(15);
    },
  };
};

const newTally = ({ applicationId, environment, grantType }: TokenOutcome, day: UtcDay, server: string): Running => ({
  row: { server, applicationId, environment, grantType, day },
  quarters: new Map(),
  events: 0,
  writtenEvents: 0,
});

const addOne = (running: Running, { at, figure }: TokenOutcome): void => {
  const quarter = quarterOf(at);
  running.events += 1;
  const sum = running.quarters.get(quarter);
  if (sum !== undefined) sum[figure] += 1;
  else running.quarters.set(quarter, { issued: 0, refused: 0, [figure]: 1 });
};

const unwritten = (running: Running): UnwrittenTally => {
  const { events } = running;
  const asItStands = [...running.quarters].map(([quarter, count]) => [quarter, { ...count }] as const);
  return {
    tally: { ...running.row, quarters: new Map(asItStands) },
    written: () => {
      running.writtenEvents = Math.max(running.writtenEvents, events);
    },
  };
};
