import { keyEnvironments, type KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { utcDayOf, utcDayStart, type UtcDay } from '../../model/quarter-hour.js';
import type { Grain, RegistrationDocument, Scope } from './documents.js';

/** A UTC day or month of an application as a whole or of one of its environments. */
export interface KeptPeriod {
  readonly applicationId: string;
  readonly scope: Scope;
  readonly grain: Grain;
  /** The UTC day, or months since January 1970. */
  readonly period: number;
}

/** A first instant: what the figures count. */
export interface FirstInstant {
  readonly applicationId: string;
  readonly scope: Scope;
  readonly at: EpochMillis;
}

export const scopes: readonly Scope[] = ['WHOLE', ...keyEnvironments];

export const scopeOf = (environment: KeyEnvironment | undefined): Scope => environment ?? 'WHOLE';

/** The field of first instants, and with it the order, of a scope. */
export const firstField = { WHOLE: 'first', PRODUCTION: 'productionFirst', SANDBOX: 'sandboxFirst' } as const;
export const lastField = { WHOLE: 'last', PRODUCTION: 'productionLast', SANDBOX: 'sandboxLast' } as const;

export const keptId = ({ applicationId, scope, grain, period }: KeptPeriod): string =>
  `${applicationId}/${scope}/${grain}/${period}`;

export const monthOf = (day: UtcDay): number => {
  const date = new Date(utcDayStart(day));
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
};

export const firstDayOf = (month: number): UtcDay => utcDayOf(Date.UTC(1970, month, 1));

/** The first day behind a period. */
export const endDayOf = ({ grain, period }: Pick<KeptPeriod, 'grain' | 'period'>): UtcDay =>
  grain === 'DAY' ? period + 1 : firstDayOf(period + 1);

export const startDayOf = ({ grain, period }: Pick<KeptPeriod, 'grain' | 'period'>): UtcDay =>
  grain === 'DAY' ? period : firstDayOf(period);

/** The day and the month that count an instant. */
export const periodsOf = ({ applicationId, scope, at }: FirstInstant): readonly KeptPeriod[] => {
  const day = utcDayOf(at);
  return [
    { applicationId, scope, grain: 'DAY', period: day },
    { applicationId, scope, grain: 'MONTH', period: monthOf(day) },
  ];
};

export const firstInstantsOf = (row: RegistrationDocument): readonly FirstInstant[] =>
  scopes.flatMap((scope) => {
    const at = row[firstField[scope]];
    return at === undefined ? [] : [{ applicationId: row.applicationId, scope, at }];
  });

const minute = 60_000;
/** A day is closed so long after its end: no login takes that long from its instant to its row. */
const closingDelay = 10 * minute;
/** Who changes rows takes a day for closed so much earlier, for as long as a change may take. */
const margin = 5 * minute;

/** The last day that is closed now. */
export const closableThrough = (now: EpochMillis): UtcDay => utcDayOf(now - closingDelay) - 1;

/** The last day that somebody may close before a change that begins now has ended. */
export const perhapsClosedThrough = (now: EpochMillis): UtcDay => closableThrough(now + margin);

/** How long a change holds periods open at most; what takes longer has crashed. */
export const changeMillis = margin;
