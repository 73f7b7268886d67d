import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { RegistrationsOf } from '../store/port/registrations.js';

/** A figure that is not what the registrations say. */
export interface StatisticsDifference {
  readonly applicationId: string;
  /** Undefined: of the application as a whole. */
  readonly environment: KeyEnvironment | undefined;
  /** Which one, with the UTC days that it is about. */
  readonly figure: string;
  readonly kept: number;
  readonly counted: number;
}

/** Tells of the figures of one application or environment those that differ. */
export const comparer =
  ({ applicationId, environment }: RegistrationsOf) =>
  (figure: string, kept: number, counted: number): readonly StatisticsDifference[] =>
    kept === counted ? [] : [{ applicationId, environment, figure, kept: shown(kept), counted: shown(counted) }];

/** A damaged figure may be of any size, an Int of GraphQL may not. */
const shown = (count: number): number => Math.min(count, 2 ** 31 - 1);

export const isoDay = (at: EpochMillis): string => new Date(at).toISOString().replace(/T.*/, '');
