import { randomUUID } from 'node:crypto';
import { StoreUnavailable } from '../port/store.js';
import type { Database } from './database.js';
import { changeMillis, endDayOf, keptId, perhapsClosedThrough, periodsOf, type FirstInstant } from './kept-periods.js';

/**
 * A change of rows whose days may be closed: it drops what is kept of these days before it touches a row and lets go of them afterwards. Between
 * the two, and until the sweep has counted them anew, they are counted live. After a crash they stay live until `until` has passed.
 */
export interface KeptChange {
  /**
   * Must resolve before rows with these first instants are made, moved or buried.
   * @throws StoreUnavailable when the change has taken too long: days may be closed again
   */
  open(instants: readonly FirstInstant[]): Promise<void>;
  finish(): Promise<void>;
}

const batch = 500;

export const beginChange = (database: Database): KeptChange => {
  const id = randomUUID();
  const begin = database.clock();
  const opened = new Set<string>();
  return {
    open: async (instants) => {
      const now = database.clock();
      if (now > begin + changeMillis / 2) throw new StoreUnavailable('a change of registrations took too long');
      const periods = instants
        .flatMap(periodsOf)
        .filter((period) => endDayOf(period) - 1 <= perhapsClosedThrough(now))
        .map((period) => ({ ...period, _id: keptId(period) }));
      const closed = [...new Map(periods.map((period) => [period._id, period])).values()].filter(
        ({ _id }) => !opened.has(_id),
      );
      for (const some of batches(closed)) {
        const writes = some.map(({ _id, ...fields }) => ({
          updateOne: {
            filter: { _id },
            update: {
              ...reopening,
              $addToSet: { changing: { id, until: begin + changeMillis } },
              $setOnInsert: fields,
            },
            upsert: true,
          },
        }));
        await database.runUpsert(() => database.kept.bulkWrite(writes, { ordered: false }));
        for (const { _id } of some) opened.add(_id);
      }
    },
    finish: async () => {
      // Also where somebody has taken this change for dead and closed the day: it is open again then.
      for (const ids of batches([...opened])) {
        await database.run(() =>
          database.kept.updateMany({ _id: { $in: [...ids] } }, { ...reopening, $pull: { changing: { id } } }),
        );
      }
      opened.clear();
    },
  };
};

/** A raised version makes whoever is counting the period lose. */
const reopening = {
  $inc: { version: 1 },
  $unset: { closed: 1, registered: 1, erased: 1, registeredQuarters: 1, erasedQuarters: 1 },
} as const;

const batches = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / batch) }, (_, index) =>
    items.slice(index * batch, (index + 1) * batch),
  );
