import type { KeyEnvironment } from '../model/application.js';

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
