import type { KeyEnvironment } from '../../model/application.js';
import { dayMillis, type EpochMillis } from '../../model/clock.js';
import { quarterMillis, quartersPerDay } from '../../model/quarter-hour.js';
import type { RegistrationCount } from '../port/registrations.js';
import type { Statements } from './connection.js';
import { packed, unpacked } from './packed-counts.js';

/**
 * Kept figures come in two grains: how many first instants lie in each day, and in each quarter hour (UTC). A row holds `places` neighbours,
 * so that years are few rows to read and a row is small enough to be written anew.
 */
export const grains = {
  day: { millis: dayMillis, places: 256 },
  quarter: { millis: quarterMillis, places: 8 * quartersPerDay },
} as const;

export type Grain = keyof typeof grains;

/** Number of the day or quarter hour since 1970 that an instant lies in. */
export const numberOf = (grain: Grain, at: EpochMillis): number => Math.floor(at / grains[grain].millis);

/** The row that holds a number; its first number is `position` times `places`. */
export const positionOf = (grain: Grain, number: number): number => Math.floor(number / grains[grain].places);

export interface Counts {
  readonly registered: Uint32Array;
  readonly erased: Uint32Array;
}

export interface FigureRow {
  readonly position: number;
  readonly registered: Uint8Array;
  readonly erased: Uint8Array;
}

/** To be changed: every place of the row. */
export const countsOf = (grain: Grain, { registered, erased }: Omit<FigureRow, 'position'>): Counts => ({
  registered: unpacked(registered, grains[grain].places),
  erased: unpacked(erased, grains[grain].places),
});

const empty = { registered: new Uint8Array(), erased: new Uint8Array() };

export interface FigureOf {
  readonly applicationId: string;
  /** Absent: the application as a whole. */
  readonly environment?: KeyEnvironment | undefined;
}

/** How the whole is written in the column `environment`. */
export const environmentColumn = ({ environment }: Pick<FigureOf, 'environment'>): string => environment ?? '';

/** Changes of kept figures, gathered within one write and written at its end: a row is read and written once. */
export interface FigureChanges {
  add(of: FigureOf, at: EpochMillis, change: RegistrationCount): void;
  write(): void;
}

interface Gathered {
  readonly of: FigureOf;
  readonly grain: Grain;
  readonly position: number;
  readonly counts: Counts;
}

export const figureChanges = (statements: Statements): FigureChanges => {
  const save = statements.statement(
    `INSERT INTO registration_figures (application_id, environment, grain, position, registered, erased)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET registered = excluded.registered, erased = excluded.erased`,
  );
  const gathered = new Map<string, Gathered>();
  const gather = gatherer(statements, gathered);
  return {
    add: (of, at, change) => {
      for (const grain of ['day', 'quarter'] as const) {
        const number = numberOf(grain, at);
        const position = positionOf(grain, number);
        addTo(gather(of, grain, position), number - position * grains[grain].places, change);
      }
    },
    write: () => {
      for (const { of, grain, position, counts } of gathered.values()) {
        const [registered, erased] = [packed(counts.registered), packed(counts.erased)];
        save.run(of.applicationId, environmentColumn(of), grain, position, registered, erased);
      }
    },
  };
};

/** Reads a row into the map when it is asked for first. */
const gatherer = (
  statements: Statements,
  gathered: Map<string, Gathered>,
): ((of: FigureOf, grain: Grain, position: number) => Counts) => {
  const byKey = statements.statement<FigureRow>(
    `SELECT position, registered, erased FROM registration_figures
     WHERE application_id = ? AND environment = ? AND grain = ? AND position = ?`,
  );
  return (of, grain, position) => {
    const key = `${grain} ${position} ${environmentColumn(of)} ${of.applicationId}`;
    const known = gathered.get(key);
    if (known !== undefined) return known.counts;
    const counts = countsOf(grain, byKey.get(of.applicationId, environmentColumn(of), grain, position) ?? empty);
    gathered.set(key, { of, grain, position, counts });
    return counts;
  };
};

const addTo = ({ registered, erased }: Counts, place: number, change: RegistrationCount): void => {
  registered[place] = (registered[place] ?? 0) + change.registered;
  erased[place] = (erased[place] ?? 0) + change.erased;
};
