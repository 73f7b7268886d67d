import type { KeyEnvironment } from '../../src/model/application.js';
import type { AuditEvent } from '../../src/model/audit-event.js';
import type { EpochMillis } from '../../src/model/clock.js';
import type { Position } from '../../src/model/page.js';
import type { Registration } from '../../src/model/registration.js';
import type { KeptDay, RegistrationCount, RegistrationsOf } from '../../src/store/port/registrations.js';
import type { Snapshot, Store } from '../../src/store/port/store.js';

export const hour = 3_600_000;
export const day = 24 * hour;

export const eventOf = (id: string, action = 'test'): AuditEvent => ({
  id,
  at: Date.UTC(2026, 0, 15),
  actor: 'client',
  action,
  outcome: 'ok',
  requestId: 'request',
});

/** Ids that no other test uses. */
export const idMaker = (prefix: string): ((what: string) => string) => {
  let made = 0;
  return (what) => `${prefix}-${what}-${(made += 1)}`;
};

export const inSnapshot = async <T>(store: Store, read: (snapshot: Snapshot) => Promise<T>): Promise<T> => {
  const snapshot = await store.openSnapshot();
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
};

export const histogram = async (
  snapshot: Snapshot,
  { applicationId, environment }: RegistrationsOf,
  boundaries: readonly EpochMillis[],
): Promise<readonly RegistrationCount[]> => {
  const asked = { applicationIds: [applicationId], boundaries, ...(environment && { environment }) };
  return (await snapshot.registrations.histogram(asked)).get(applicationId) ?? [];
};

export const totalOf = async (snapshot: Snapshot, of: RegistrationsOf): Promise<number> =>
  (await histogram(snapshot, of, [snapshot.asOf]))[0]?.registered ?? -1;

export const registrationsOf = async (store: Store, userId: string): Promise<readonly Registration[]> => {
  const found = await store.registrations.findByUsers([userId], 1000);
  if (found === 'too_many') throw new Error('a test makes fewer');
  return found;
};

/** The whole list, page by page, in its order. */
export const walk = async (
  snapshot: Snapshot,
  of: RegistrationsOf,
  { from, to, first = 7 }: { readonly from?: EpochMillis; readonly to?: EpochMillis; readonly first?: number } = {},
): Promise<readonly Registration[]> => {
  const visited: Registration[] = [];
  let after: Position | undefined;
  for (;;) {
    const query = { ...of, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const page = await snapshot.registrations.page(query, { first, ...(after && { after }) });
    visited.push(...page.items);
    const last = page.items.at(-1);
    if (!page.hasNextPage || last === undefined) return visited;
    after = { at: firstOf(last, of.environment) ?? 0, id: last.userId };
  }
};

export const firstOf = (
  registration: Registration,
  environment: KeyEnvironment | undefined,
): EpochMillis | undefined =>
  environment === undefined ? registration.firstTokenAt : registration.environments[environment]?.firstTokenAt;

export const everyScope = (applicationId: string): readonly RegistrationsOf[] => [
  { applicationId },
  { applicationId, environment: 'PRODUCTION' },
  { applicationId, environment: 'SANDBOX' },
];

/** Days of which what is kept is not what the rows say. */
export const differences = async (snapshot: Snapshot, applicationId: string): Promise<readonly KeptDay[]> => {
  const found: KeptDay[] = [];
  for (const scope of everyScope(applicationId)) {
    const days = await snapshot.registrations.compareKept({ ...scope, from: 0, to: Date.UTC(2030, 0) });
    found.push(
      ...days.filter(
        ({ kept, counted, quartersAgree }) =>
          !quartersAgree || kept.registered !== counted.registered || kept.erased !== counted.erased,
      ),
    );
  }
  return found;
};

/** The whole is the union of the environments, in the list and in the figures. */
export const isUnion = async (snapshot: Snapshot, applicationId: string): Promise<boolean> => {
  const [whole, production, sandbox] = await Promise.all(
    everyScope(applicationId).map(async (of) => new Map((await walk(snapshot, of)).map((row) => [row.userId, row]))),
  );
  const users = new Set([...(production?.keys() ?? []), ...(sandbox?.keys() ?? [])]);
  return (
    whole !== undefined &&
    users.size === whole.size &&
    [...whole.values()].every(
      (row) =>
        row.firstTokenAt ===
        Math.min(
          ...[firstOf(row, 'PRODUCTION'), firstOf(row, 'SANDBOX')].flatMap((at) => (at === undefined ? [] : [at])),
        ),
    )
  );
};

export const sweepAll = async (store: Store, at: EpochMillis): Promise<void> => {
  while ((await store.sweep(at)) > 0);
};
