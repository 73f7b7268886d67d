import type { AuditEvent } from '../../model/audit-event.js';
import type { ImportOutcome, NewRegistration } from '../port/registrations.js';
import { StoreUnavailable } from '../port/store.js';
import { announceRows } from './announced-rows.js';
import type { Collections, Database } from './database.js';
import type { ImportDocument, RegistrationDocument } from './documents.js';
import { erasedAmong, removedAmong } from './gone.js';
import { beginChange, type KeptChange } from './kept-change.js';
import { changeMillis, firstField, scopes, type FirstInstant } from './kept-periods.js';
import { moveOutbox } from './outbox.js';
import { imported, registrationKey } from './registration-rows.js';
import { requestTime } from './request-time.js';
import { changeRow, insertRow } from './registration-writes.js';
import { isDuplicateKey } from './store-error.js';

/** What would come of an import now. */
export const rehearseImport = async (
  collections: Collections,
  rows: readonly NewRegistration[],
): Promise<readonly ImportOutcome[]> => {
  requestTime.takeLong();
  const groups = await readGroups(collections, rows);
  return inOrder(
    rows,
    groups.map((group) => fold(group)),
  );
};

/** The import is kept with its event before the first row is touched: what a crash interrupts, the sweep carries out. */
export const importRegistrations = async (
  database: Database,
  rows: readonly NewRegistration[],
  audit: AuditEvent,
): Promise<readonly ImportOutcome[]> => {
  requestTime.takeLong();
  const until = database.clock() + changeMillis;
  const document: ImportDocument = { _id: audit.id, rows: rows.map((row) => ({ ...row })), until, outbox: [audit] };
  try {
    await database.run(() => database.imports.create(document));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return carryOut(database, document);
};

/** May be done again from the beginning. */
export const carryOut = async (database: Database, document: ImportDocument): Promise<readonly ImportOutcome[]> => {
  const change = beginChange(database);
  const groups = await announced(database, await readGroups(database, document.rows));
  await change.open(groups.flatMap((group) => changedInstants(group.row, fold(group).row)));
  const folded = await inParallel(groups, (group) => write(database, change, group));
  await clearRemoved(database, folded);
  await change.finish(groups.flatMap((group, index) => changedInstants(group.row, folded[index]?.row)));
  await moveOutbox(database, database.carriers.imports, document);
  await database.run(() => database.imports.deleteOne({ _id: document._id }));
  return inOrder(document.rows, folded);
};

/** What an import says of one user and application: one row, written once. */
interface Group {
  readonly key: string;
  readonly row: RegistrationDocument | undefined;
  /** User or application are gone. */
  readonly gone: boolean;
  readonly registrations: readonly { readonly index: number; readonly registration: NewRegistration }[];
}

interface Folded {
  readonly row: RegistrationDocument | undefined;
  readonly outcomes: ReadonlyMap<number, ImportOutcome>;
}

const readGroups = async (collections: Collections, rows: readonly NewRegistration[]): Promise<readonly Group[]> => {
  const byKey = new Map<string, { readonly index: number; readonly registration: NewRegistration }[]>();
  rows.forEach((registration, index) => {
    const key = registrationKey(registration.applicationId, registration.userId);
    const others = byKey.get(key) ?? [];
    byKey.set(key, [...others, { index, registration }]);
  });
  const [found, erased, removed] = await Promise.all([
    collections.run(() =>
      collections.registrations.find({ _id: { $in: [...byKey.keys()] } }).lean<RegistrationDocument[]>(),
    ),
    erasedAmong(collections, [...new Set(rows.map(({ userId }) => userId))]),
    removedAmong(collections, [...new Set(rows.map(({ applicationId }) => applicationId))]),
  ]);
  const known = new Map(found.map((row) => [row._id, row]));
  return [...byKey].map(([key, registrations]) => ({
    key,
    row: known.get(key),
    gone: registrations.some(
      ({ registration: { userId, applicationId } }) => erased.has(userId) || removed.has(applicationId),
    ),
    registrations,
  }));
};

/** Whose user is erased before his row is announced is gone; who is erased later knows of it. */
const announced = async (database: Database, groups: readonly Group[]): Promise<readonly Group[]> => {
  const fresh = groups
    .filter(({ row, gone }) => row === undefined && !gone)
    .flatMap(({ registrations }) => registrations.slice(0, 1).map(({ registration }) => registration));
  const erased = await announceRows(database, fresh);
  if (erased.size === 0) return groups;
  return groups.map((group) => ({
    ...group,
    gone: group.gone || group.registrations.some(({ registration }) => erased.has(registration.userId)),
  }));
};

const fold = ({ row, gone, registrations }: Group): Folded => {
  if (row === undefined && gone) {
    return { row, outcomes: new Map(registrations.map(({ index }) => [index, 'erased' as const])) };
  }
  const outcomes = new Map<number, ImportOutcome>();
  let after = row;
  for (const { index, registration } of registrations) {
    const step = imported(after, registration);
    after = step.row;
    outcomes.set(index, step.outcome);
  }
  return { row: after, outcomes };
};

const rounds = 20;

const write = async (database: Database, change: KeptChange, group: Group): Promise<Folded> => {
  let { row } = group;
  for (let round = 0; round < rounds; round++) {
    const folded = fold({ ...group, row });
    if (folded.row === undefined || folded.row === row) return folded;
    await change.open(changedInstants(row, folded.row));
    const written =
      row === undefined ? await insertRow(database, folded.row) : await changeRow(database, row, folded.row);
    if (written) return folded;
    row =
      (await database.run(() => database.registrations.findById(group.key).lean<RegistrationDocument>())) ?? undefined;
  }
  throw new StoreUnavailable('A registration moves too often to be imported.');
};

const changedInstants = (
  before: RegistrationDocument | undefined,
  after: RegistrationDocument | undefined,
): readonly FirstInstant[] =>
  scopes.flatMap((scope) => {
    const [was, is] = [before?.[firstField[scope]], after?.[firstField[scope]]];
    if (after === undefined || was === is) return [];
    return [was, is].flatMap((at) => (at === undefined ? [] : [{ applicationId: after.applicationId, scope, at }]));
  });

/** Applications that went while rows were made: either they found the row, or they are found here. */
const clearRemoved = async (database: Database, folded: readonly Folded[]): Promise<void> => {
  const rows = folded.flatMap(({ row }) => row ?? []);
  const removed = await removedAmong(database, [...new Set(rows.map(({ applicationId }) => applicationId))]);
  for (const { _id } of rows.filter(({ applicationId }) => removed.has(applicationId))) {
    await database.run(() => database.registrations.deleteOne({ _id }));
  }
};

/** Rows that are written at the same time. */
const lanes = 16;

const inParallel = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results = new Map<number, R>();
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
};

const inOrder = (rows: readonly NewRegistration[], folded: readonly Folded[]): readonly ImportOutcome[] => {
  const outcomes = new Map(folded.flatMap((group) => [...group.outcomes]));
  return rows.map((_, index) => outcomes.get(index) ?? 'unchanged');
};
