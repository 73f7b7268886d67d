import type { ClientSession, PipelineStage } from 'mongoose';
import type { EpochMillis } from '../../model/clock.js';
import { quarterMillis } from '../../model/quarter-hour.js';
import type { RegistrationCount } from '../port/registrations.js';
import type { Collections } from './database.js';
import type { Scope } from './documents.js';
import { firstField } from './kept-periods.js';
import type { Condition } from './listing.js';
import { nobody } from './registration-rows.js';

export interface Range {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

/** First instants counted from the rows' index, by the start of their quarter hour. */
export interface LiveCount extends RegistrationCount {
  readonly applicationId: string;
  /** Start of a quarter hour; in a quarter hour that was to be cut, the instant itself. */
  readonly at: EpochMillis;
}

export interface LiveQuery {
  readonly scope: Scope;
  /** Where to look, at most once each. */
  readonly ranges: readonly { readonly applicationIds: readonly string[]; readonly range: Range }[];
  /** Starts of quarter hours in which every instant counts by itself. */
  readonly cut?: readonly EpochMillis[];
}

/** Reads nothing but the index of the scope, and as many entries as there are first instants in the ranges. */
export const countLive = async (
  { registrations, run }: Collections,
  { scope, ranges, cut = [] }: LiveQuery,
  session?: ClientSession,
): Promise<readonly LiveCount[]> => {
  if (ranges.length === 0) return [];
  const field = firstField[scope];
  const start = { $subtract: [`$${field}`, { $mod: [`$${field}`, quarterMillis] }] };
  const at = cut.length === 0 ? start : { $cond: [{ $in: [start, [...cut]] }, `$${field}`, start] };
  const pipeline: PipelineStage[] = [
    { $match: within(field, ranges) },
    {
      $group: {
        _id: { applicationId: '$applicationId', at },
        rows: { $sum: 1 },
        erased: { $sum: { $cond: [{ $eq: ['$userId', nobody] }, 1, 0] } },
      },
    },
  ];
  const counted = await run(() => registrations.aggregate<Counted>(pipeline).session(session ?? null));
  return counted.map(({ _id, rows, erased }) => ({ ..._id, registered: rows - erased, erased }));
};

interface Counted {
  readonly _id: { readonly applicationId: string; readonly at: EpochMillis };
  readonly rows: number;
  readonly erased: number;
}

const within = (field: string, ranges: LiveQuery['ranges']): Condition => {
  const conditions = ranges.map(({ applicationIds, range: { from, to } }) => ({
    applicationId: { $in: [...applicationIds] },
    [field]: { $gte: from, $lt: to },
  }));
  return conditions.length === 1 ? (conditions[0] ?? {}) : { $or: conditions };
};
