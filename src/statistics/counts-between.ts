import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { RegistrationCount, RegistrationReader } from '../store/port/registrations.js';

/** What the figures are read from: everything asked of one cut agrees. A `Snapshot` is one. */
export interface RegistrationCut {
  readonly asOf: EpochMillis;
  readonly readAt: EpochMillis;
  readonly registrations: RegistrationReader;
}

/** Whose registrations: of applications as wholes, or of one of their environments. */
export interface RegistrationsOfMany {
  readonly applicationIds: readonly string[];
  readonly environment?: KeyEnvironment;
}

/** First instants of one application, cut at the boundaries. */
export interface CountsBetween {
  /** Before the first boundary. */
  readonly before: RegistrationCount;
  /** One figure for each pair of neighbouring boundaries. */
  readonly between: readonly RegistrationCount[];
}

/**
 * Counts first instants between ascending boundaries, in one round trip for all applications. Nothing of a cut happened at its `asOf` or after it,
 * so that boundaries of the future are not asked for: between them is nothing.
 */
export const countsBetween = async (
  cut: RegistrationCut,
  of: RegistrationsOfMany,
  boundaries: readonly EpochMillis[],
): Promise<ReadonlyMap<string, CountsBetween>> => {
  const past = [...new Set(boundaries.map((boundary) => Math.min(boundary, cut.asOf)))];
  const counted = await cut.registrations.histogram({ ...of, boundaries: past });
  return new Map(
    of.applicationIds.map((id) => {
      const counts = counted.get(id) ?? [];
      return [
        id,
        { before: counts[0] ?? none, between: boundaries.slice(1).map((_, index) => counts[index + 1] ?? none) },
      ];
    }),
  );
};

export const none: RegistrationCount = { registered: 0, erased: 0 };
