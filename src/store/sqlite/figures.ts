import type { KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { quarterOf, quartersPerDay, utcDayOf, type UtcDay } from '../../model/quarter-hour.js';
import type { RegistrationCount } from '../port/registrations.js';
import type { Statements } from './connection.js';

/** '' is the application as a whole. */
export type FigureEnvironment = KeyEnvironment | '';

export type Grain = 'day' | 'quarter';

/** Days that share a row: few rows to read for years, and a row is small enough to be written anew. */
export const daysPerSpan = 256;

export const spanOf = (day: UtcDay): number => Math.floor(day / daysPerSpan);

/** Counts of a row by place; what was never counted is 0. */
export interface Counts {
  readonly registered: Uint32Array;
  readonly erased: Uint32Array;
}

export interface FigureRow {
  readonly position: number;
  readonly registered: Uint8Array | null;
  readonly erased: Uint8Array | null;
}

const placesOf: Readonly<Record<Grain, number>> = { day: daysPerSpan, quarter: quartersPerDay };

export const countsOf = (row: FigureRow | undefined, grain: Grain): Counts => ({
  registered: decoded(row?.registered, grain),
  erased: decoded(row?.erased, grain),
});

const decoded = (bytes: Uint8Array | null | undefined, grain: Grain): Uint32Array => {
  const counts = new Uint32Array(placesOf[grain]);
  if (bytes === null || bytes === undefined) return counts;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let place = 0; place < counts.length; place += 1) counts[place] = view.getUint32(place * 4, true);
  return counts;
};

const encoded = (counts: Uint32Array): Uint8Array | null => {
  if (counts.every((count) => count === 0)) return null;
  const view = new DataView(new ArrayBuffer(counts.length * 4));
  counts.forEach((count, place) => view.setUint32(place * 4, count, true));
  return new Uint8Array(view.buffer);
};

export interface FigureOf {
  readonly applicationId: string;
  readonly environment: FigureEnvironment;
}

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
  const byKey = statements.statement<FigureRow>(
    `SELECT position, registered, erased FROM registration_figures
     WHERE application_id = ? AND environment = ? AND grain = ? AND position = ?`,
  );
  const save = statements.statement(
    `INSERT INTO registration_figures (application_id, environment, grain, position, registered, erased)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET registered = excluded.registered, erased = excluded.erased`,
  );
  const gathered = new Map<string, Gathered>();
  const gather = (of: FigureOf, grain: Grain, position: number): Counts => {
    const key = JSON.stringify([of.applicationId, of.environment, grain, position]);
    const known = gathered.get(key);
    if (known !== undefined) return known.counts;
    const counts = countsOf(byKey.get(of.applicationId, of.environment, grain, position), grain);
    gathered.set(key, { of, grain, position, counts });
    return counts;
  };
  return {
    add: (of, at, change) => {
      const day = utcDayOf(at);
      addTo(gather(of, 'day', spanOf(day)), day - spanOf(day) * daysPerSpan, change);
      addTo(gather(of, 'quarter', day), quarterOf(at), change);
    },
    write: () => {
      for (const { of, grain, position, counts } of gathered.values()) {
        const { registered, erased } = counts;
        save.run(of.applicationId, of.environment, grain, position, encoded(registered), encoded(erased));
      }
    },
  };
};

const addTo = ({ registered, erased }: Counts, place: number, change: RegistrationCount): void => {
  registered[place] = (registered[place] ?? 0) + change.registered;
  erased[place] = (erased[place] ?? 0) + change.erased;
};
