import type { ClientSession } from 'mongoose';
import { utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { Collections, Database } from './database.js';
import type { ClosingDocument, KeptDocument, Scope } from './documents.js';
import { keptFigures, rangeOf } from './kept-figures.js';
import {
  closableThrough,
  endDayOf,
  firstDayOf,
  keptId,
  monthOf,
  periodsOf,
  scopes,
  type KeptPeriod,
} from './kept-periods.js';
import type { Condition } from './listing.js';
import { countLive, type LiveCount } from './live-counts.js';
import { isDuplicateKey } from './store-error.js';

const closing = { _id: 'closing' } as const;

/** Days before the store was made are closed: rows in them are only ever made by changes that open their days. */
export const beginClosing = async ({ closing: marks, clock, runUpsert }: Database): Promise<void> => {
  const first = { through: closableThrough(clock()) };
  await runUpsert(() => marks.updateOne(closing, { $setOnInsert: first }, { upsert: true }));
};

export const findClosing = async (database: Collections, session?: ClientSession): Promise<ClosingDocument> => {
  const found = await database.run(() =>
    database.closing
      .findOne(closing)
      .session(session ?? null)
      .lean<ClosingDocument>(),
  );
  return found ?? { ...closing, through: nothingClosed };
};

/** Nobody is registered before 1970. */
const nothingClosed = -1;

const applicationsAtOnce = 20;
const periodsAtOnce = 50;

/**
 * One step of closing what is over: the days after the last closed one, some applications at a time, and periods that a change has opened again. A
 * day or month in which nobody registered gets no document. Safe on many servers: a period is closed by an insert, or by a write on
 * condition of the version that was read before its rows were counted. Returns how much it did.
 */
export const closePeriods = async (database: Database): Promise<number> =>
  (await closeDays(database)) + (await closeAgain(database));

const closeDays = async (database: Database): Promise<number> => {
  const pass = await currentPass(database);
  if (pass === undefined) return 0;
  const { _id, through, to, done } = pass;
  const mine = { _id, through, to, done: done ?? { $exists: false } };
  const applicationIds = await applicationsAfter(database, done ?? '');
  const last = applicationIds.at(-1);
  for (const scope of scopes) await closeOf(database, { applicationIds, scope, through, to });
  const next = last === undefined ? { $set: { through: to }, $unset: { to: 1, done: 1 } } : { $set: { done: last } };
  await database.run(() => database.closing.updateOne(mine, next));
  return 1;
};

type Pass = ClosingDocument & { readonly to: UtcDay };

/** The pass that is under way, or a new one when days are over. */
const currentPass = async (database: Database): Promise<Pass | undefined> => {
  const mark = await findClosing(database);
  const to = mark.to ?? closableThrough(database.clock());
  if (mark.to === undefined) {
    if (to <= mark.through) return undefined;
    const idle = { ...closing, through: mark.through, to: { $exists: false } };
    await database.run(() => database.closing.updateOne(idle, { $set: { to } }));
  }
  return { ...mark, to };
};

/** The next applications with registrations, one look into the index for each. */
const applicationsAfter = async ({ registrations, run }: Collections, done: string): Promise<readonly string[]> => {
  const ids: string[] = [];
  while (ids.length < applicationsAtOnce) {
    const after = ids.at(-1) ?? done;
    const next = await run(() =>
      registrations
        .findOne({ applicationId: { $gt: after } })
        .sort({ applicationId: 1, first: 1, userId: 1 })
        .select('applicationId')
        .lean<{ applicationId: string }>(),
    );
    if (next === null) break;
    ids.push(next.applicationId);
  }
  return ids;
};

interface Stretch {
  readonly applicationIds: readonly string[];
  readonly scope: Scope;
  /** Days after this one up to `to`, and the months that end with one of them. */
  readonly through: UtcDay;
  readonly to: UtcDay;
}

const closeOf = async (database: Database, { applicationIds, scope, through, to }: Stretch): Promise<void> => {
  if (applicationIds.length === 0) return;
  const isDue = (period: KeptPeriod): boolean => endDayOf(period) - 1 > through && endDayOf(period) - 1 <= to;
  const begin = monthOf(through + 1) < monthOf(to + 1) ? firstDayOf(monthOf(through + 1)) : through + 1;
  const range = { from: utcDayStart(begin), to: utcDayStart(to + 1) };
  const counts = await countLive(database, { scope, ranges: [{ applicationIds, range }] });
  const documents = [...ofApplications(counts).values()].flatMap((own) =>
    periodsIn(own, scope)
      .filter(isDue)
      .map((period): KeptDocument => {
        const figures = keptFigures(period, own);
        return { _id: keptId(period), ...period, version: 1, changing: [], closed: true, ...figures };
      }),
  );
  await insertMissing(database, documents);
};

const ofApplications = (counts: readonly LiveCount[]): ReadonlyMap<string, readonly LiveCount[]> => {
  const own = new Map<string, LiveCount[]>();
  for (const count of counts) {
    const known = own.get(count.applicationId);
    if (known === undefined) own.set(count.applicationId, [count]);
    else known.push(count);
  }
  return own;
};

/** The days and months that hold any of the counts, each once. */
const periodsIn = (counts: readonly LiveCount[], scope: Scope): readonly KeptPeriod[] => {
  const periods = counts.flatMap(({ applicationId, at }) => periodsOf({ applicationId, scope, at }));
  return [...new Map(periods.map((period) => [keptId(period), period])).values()];
};

/** What is there is closed already, or was opened by a change, which may still run: `closeAgain` counts it anew. */
const insertMissing = async ({ kept, run }: Collections, documents: readonly KeptDocument[]): Promise<void> => {
  if (documents.length === 0) return;
  try {
    await run(() =>
      kept.bulkWrite(
        documents.map((document) => ({ insertOne: { document } })),
        { ordered: false },
      ),
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
};

/** Periods that were opened and that no running change holds open. */
const closeAgain = async (database: Database): Promise<number> => {
  const opened = await openedPeriods(database);
  let closed = 0;
  for (const scope of scopes) {
    const some = opened.filter((document) => document.scope === scope);
    const ranges = some.map((document) => ({ applicationIds: [document.applicationId], range: rangeOf(document) }));
    const counts = await countLive(database, { scope, ranges });
    const writes = some.map((document) => {
      const own = counts.filter(({ applicationId }) => applicationId === document.applicationId);
      const change = {
        $set: { closed: true as const, changing: [], ...keptFigures(document, own) },
        $inc: { version: 1 },
      };
      return { updateOne: { filter: { _id: document._id, version: document.version }, update: change } };
    });
    if (writes.length === 0) continue;
    const { modifiedCount } = await database.run(() => database.kept.bulkWrite(writes, { ordered: false }));
    closed += modifiedCount;
  }
  return closed;
};

const openedPeriods = ({ kept, clock, run }: Database): Promise<KeptDocument[]> => {
  const now = clock();
  const through = closableThrough(now);
  const over: Condition[] = [
    { grain: 'DAY', period: { $lte: through } },
    { grain: 'MONTH', period: { $lt: monthOf(through + 1) } },
  ];
  const free = { closed: { $exists: false }, changing: { $not: { $elemMatch: { until: { $gt: now } } } } };
  return run(() =>
    kept
      .find({ ...free, $or: over })
      .limit(periodsAtOnce)
      .lean<KeptDocument[]>(),
  );
};
