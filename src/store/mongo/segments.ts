import { dayMillis, type EpochMillis } from '../../model/clock.js';
import { quarterMillis } from '../../model/quarter-hour.js';
import type { Histogram, RegistrationCount } from '../port/registrations.js';

/** The figures of a histogram while they are added up: one before the first boundary, and one up to each of the others. */
export interface Segments {
  /** Whether a boundary lies within, and not at the start. */
  cuts(from: EpochMillis, to: EpochMillis): boolean;
  /** Whether a boundary lies anywhere but at the start of a UTC day. */
  readonly cutsDays: boolean;
  /** Starts of the quarter hours that a boundary cuts. */
  readonly cutQuarters: readonly EpochMillis[];
  /** What lies at the last boundary or after it counts nowhere. */
  add(applicationId: string, at: EpochMillis, count: RegistrationCount): void;
  readonly counts: ReadonlyMap<string, readonly RegistrationCount[]>;
}

export const createSegments = ({ applicationIds, boundaries }: Histogram): Segments => {
  const counts = new Map(
    applicationIds.map((id) => [id, boundaries.map(() => ({ registered: 0, erased: 0 }))] as const),
  );
  const segmentOf = (at: EpochMillis): number => boundariesUpTo(boundaries, at);
  return {
    cuts: (from, to) => segmentOf(to - 1) > segmentOf(from),
    cutsDays: boundaries.some((boundary) => boundary % dayMillis !== 0),
    cutQuarters: [
      ...new Set(
        boundaries
          .filter((boundary) => boundary % quarterMillis !== 0)
          .map((boundary) => Math.floor(boundary / quarterMillis) * quarterMillis),
      ),
    ],
    add: (applicationId, at, { registered, erased }) => {
      const count = counts.get(applicationId)?.[segmentOf(at)];
      if (count === undefined) return;
      count.registered += registered;
      count.erased += erased;
    },
    counts,
  };
};

/** How many boundaries are not after an instant. */
const boundariesUpTo = (boundaries: readonly EpochMillis[], at: EpochMillis): number => {
  let [low, high] = [0, boundaries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((boundaries[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
};
