import type { Client } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import type { Log } from '../model/log.js';
import type { Store } from '../store/port/store.js';
import { createTokenTallies } from './token-tallies.js';
import type { TokenOutcome } from './token-tallies.js';
import { createUserQuarters } from './user-quarters.js';

export interface IssuedToken {
  readonly at: EpochMillis;
  readonly client: Client;
  readonly grantType: GrantName;
  /** Absent: the client got a token for itself. */
  readonly userId?: string | undefined;
}

export interface RefusedToken {
  readonly at: EpochMillis;
  /** Absent: nobody has authenticated, so that the refusal is nobody's. */
  readonly client?: Client | undefined;
  readonly grantType?: GrantName | undefined;
}

/** Counts tokens and notes who was active, in memory; `flush` brings it to the store. No token waits for it. */
export interface ActivityRecorder {
  issued(token: IssuedToken): void;
  refused(token: RefusedToken): void;
  /** Writes what is not written, once a second and at the end. Never rejects: what fails is written by a later call. */
  flush(): Promise<void>;
}

/**
 * The recorder of one server process. While the store is away it keeps tallies of all days and a bounded number of active users. Rows are
 * replaced by larger ones and quarter hours added to sets, so that a write whose reply was lost may be done again.
 */
export const createActivityRecorder = (deps: { readonly store: Store; readonly log: Log }): ActivityRecorder => {
  const kept: Kept = { tallies: createTokenTallies(), users: createUserQuarters() };
  const flush = oneAtATime(createWriter(deps, kept));

  return {
    issued(token) {
      kept.tallies.count(outcomeOf(token, 'issued'));
      const { client, userId, at } = token;
      if (userId === undefined) return;
      const { application, keySet } = client;
      const isNew = kept.users.note({ applicationId: application.id, environment: keySet.environment, userId, at });
      if (isNew && kept.users.waiting() % earlyFlush === 0) void flush();
    },
    refused({ at, client, grantType }) {
      if (client !== undefined && grantType !== undefined)
        kept.tallies.count(outcomeOf({ at, client, grantType }, 'refused'));
    },
    flush,
  };
};

interface Kept {
  readonly tallies: ReturnType<typeof createTokenTallies>;
  readonly users: ReturnType<typeof createUserQuarters>;
}

/** More users than this within a second do not wait for its end. */
const earlyFlush = 1000;
/** Rows of one write: short enough that logins do not notice it. */
const batchLimit = 200;

const outcomeOf = (
  { client, grantType, at }: Omit<IssuedToken, 'userId'>,
  figure: TokenOutcome['figure'],
): TokenOutcome => ({
  applicationId: client.application.id,
  environment: client.keySet.environment,
  grantType,
  at,
  figure,
});

/** Writes everything that was there when it began, in small batches, and stops at the first that fails. */
const createWriter = ({ store, log }: { readonly store: Store; readonly log: Log }, { tallies, users }: Kept) => {
  let failing = false;

  const writeAll = async (): Promise<void> => {
    for (const batch of batchesOf(tallies.unwritten())) {
      await store.activity.record({ tallies: batch.map(({ tally }) => tally), users: [] });
      for (const { written } of batch) written();
    }
    for (const batch of batchesOf(users.unwritten())) {
      await store.activity.record({ tallies: [], users: batch.map(({ activity }) => activity) });
      for (const { written } of batch) written();
    }
    tallies.forgetOldDays();
  };

  return async (): Promise<void> => {
    try {
      await writeAll();
      if (failing) log.info({ droppedUsers: users.takeDropped() }, 'activity_written_again');
      failing = false;
    } catch (cause) {
      // Once per outage, not once a second: the next call tries again.
      if (!failing) log.warn({ error: cause instanceof Error ? cause.name : typeof cause }, 'activity_not_written');
      failing = true;
    }
  };
};

const batchesOf = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / batchLimit) }, (_, index) =>
    items.slice(index * batchLimit, (index + 1) * batchLimit),
  );

/** A call during a run waits for the next one, which then also has what came meanwhile; one run serves all that wait. */
const oneAtATime = (run: () => Promise<void>): (() => Promise<void>) => {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      running = run();
      return running;
    });
    return next;
  };
};
