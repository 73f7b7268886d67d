import { randomUUID } from 'node:crypto';
import type { UpdateQuery } from 'mongoose';
import type { UtcDay } from '../../model/quarter-hour.js';
import { StoreUnavailable } from '../port/store.js';
import { findClosing } from './close-periods.js';
import type { Database } from './database.js';
import type { KeptDocument } from './documents.js';
import {
  changeMillis,
  endDayOf,
  keptId,
  perhapsClosedThrough,
  periodsOf,
  type FirstInstant,
  type KeptPeriod,
} from './kept-periods.js';

/**
 * A change of rows whose days may be closed: it drops what is kept of these days before it touches a row and lets go of them afterwards. Between
 * the two, and until the sweep has counted them anew, they are counted live. After a crash they stay live until `until` has passed.
 */
export interface KeptChange {
  /**
   * Must resolve before rows with these first instants are made, moved or buried.
   * @throws StoreUnavailable when the change has taken too long: its days may be closed again
   */
  open(instants: readonly FirstInstant[]): Promise<void>;
  /**
   * Must resolve before the change of rows with these first instants is acknowledged. It also opens what was closed in spite of the change:
   * because its day was still to be closed when it began, or because somebody took it for dead. What is closed is asked for again behind the
   * rows: the clock does not say it on a server that stood still, nor for seconds after the database's clock was set ahead.
   */
  finish(instants: readonly FirstInstant[]): Promise<void>;
}

type Opened = KeptPeriod & { readonly _id: string };

export const beginChange = (database: Database): KeptChange => {
  const id = randomUUID();
  const begin = database.clock();
  const closed = closedThrough(database);
  closed.catch(() => undefined); // whoever opens or finishes something is told
  const opened = new Map<string, Opened>();
  const notOpened = async (instants: readonly FirstInstant[], askClosed: () => Promise<UtcDay>) =>
    (await perhapsClosed(database, instants, askClosed)).filter(({ _id }) => !opened.has(_id));
  return {
    open: async (instants) => {
      if (database.clock() > begin + changeMillis / 2) {
        throw new StoreUnavailable('a change of registrations took too long');
      }
      const periods = await notOpened(instants, () => closed);
      await reopen(database, periods, { $addToSet: { changing: { id, until: begin + changeMillis } } });
      for (const period of periods) opened.set(period._id, period);
    },
    finish: async (instants) => {
      const missing = await notOpened(instants, () => closedThrough(database));
      const periods = [...opened.values(), ...missing];
      await reopen(database, periods, { $pull: { changing: { id } } });
      opened.clear();
    },
  };
};

/** The periods of these instants that are closed, or that somebody may close before the change has ended; each once. */
const perhapsClosed = async (
  { clock }: Database,
  instants: readonly FirstInstant[],
  askClosed: () => Promise<UtcDay>,
): Promise<readonly Opened[]> => {
  if (instants.length === 0) return [];
  const through = Math.max(await askClosed(), perhapsClosedThrough(clock()));
  const periods = instants.flatMap(periodsOf).filter((period) => endDayOf(period) - 1 <= through);
  return [...new Map(periods.map((period) => [keptId(period), { ...period, _id: keptId(period) }])).values()];
};

/**
 * By what is closed or being closed, and not by the clock alone: that can have been set back behind a closed day. Asked for beside
 * the row, and again behind it.
 */
const closedThrough = async (database: Database): Promise<UtcDay> => {
  const { through, to = through } = await findClosing(database);
  return Math.max(through, to);
};

const batch = 500;

const reopen = async (
  { kept, runUpsert }: Database,
  periods: readonly Opened[],
  change: Pick<UpdateQuery<KeptDocument>, '$addToSet' | '$pull'>,
): Promise<void> => {
  for (let start = 0; start < periods.length; start += batch) {
    const writes = periods.slice(start, start + batch).map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { ...reopening, ...change, $setOnInsert: fields }, upsert: true },
    }));
    await runUpsert(() => kept.bulkWrite(writes, { ordered: false }));
  }
};

/** A raised version makes whoever is counting the period lose. */
const reopening = {
  $inc: { version: 1 },
  $unset: { closed: 1, registered: 1, erased: 1, registeredQuarters: 1, erasedQuarters: 1 },
} as const;
