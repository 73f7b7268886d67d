import type { EpochMillis } from '../model/clock.js';
import type { NewRegistration } from '../store/port/registrations.js';

/** What was asked for: the event is durable before the first row is, and tells of nobody. */
export const importDeed = (rows: readonly NewRegistration[], how: { readonly dryRun?: true } = {}) => {
  const registrations = [...byPlace(rows)].map(([place, instants]) => [place, extentOf(instants)] as const);
  const [target, ...others] = new Set(rows.map(({ applicationId }) => applicationId));
  const changes = JSON.stringify({ rows: rows.length, ...how, registrations: Object.fromEntries(registrations) });
  return target !== undefined && others.length === 0 ? { target, changes } : { changes };
};

const placeOf = ({ applicationId, environment }: NewRegistration): string => `${applicationId}.${environment}`;

const byPlace = (rows: readonly NewRegistration[]): ReadonlyMap<string, readonly EpochMillis[]> => {
  const instants = new Map<string, EpochMillis[]>();
  for (const row of rows) {
    const place = placeOf(row);
    const known = instants.get(place);
    if (known === undefined) instants.set(place, [row.at]);
    else known.push(row.at);
  }
  return instants;
};

const extentOf = (instants: readonly EpochMillis[]) => {
  const [earliest, latest] = [Math.min(...instants), Math.max(...instants)];
  return { rows: instants.length, earliest: new Date(earliest).toISOString(), latest: new Date(latest).toISOString() };
};
