import { auditOf } from '../management/audit-of.js';
import type { Actor } from '../model/actor.js';
import type { AuditEvent } from '../model/audit-event.js';
import { badInput } from '../model/management-error.js';
import type { ManagementErrorCode } from '../model/management-error.js';
import type { ImportOutcome, NewRegistration } from '../store/port/registrations.js';
import type { Store } from '../store/port/store.js';
import { importDeed } from './import-deed.js';
import { createRowCheck } from './import-row-check.js';
import type { ImportDeps, ImportRegistrationRow } from './import-row-check.js';

export interface ImportRegistrationsInput {
  readonly rows: readonly ImportRegistrationRow[];
  readonly dryRun?: boolean | null | undefined;
}

export interface ImportFailure {
  /** Index in `rows`, from 0. */
  readonly row: number;
  readonly code: ManagementErrorCode;
  readonly message: string;
}

export interface ImportRegistrationsResult {
  readonly created: number;
  readonly moved: number;
  readonly unchanged: number;
  readonly failed: readonly ImportFailure[];
}

/** At least one. */
export const rowsPerCall = { max: 1000, sentence: 'Give 1 to 1000 rows.' } as const;

/**
 * Brings in first tokens of another system, so that who moves keeps his curve. Every row stands for itself: what is missing is made, what is
 * later than the row says is moved to it, a row that cannot be taken is reported and does not hold up the others. Doing it again changes
 * nothing. The application and its keys stay as they are, so that no scope of theirs has to be held.
 * @throws ManagementError BAD_USER_INPUT on `rows`
 */
export const importRegistrations = async (
  deps: ImportDeps,
  actor: Actor,
  input: ImportRegistrationsInput,
): Promise<ImportRegistrationsResult> => {
  const { rows } = input;
  if (rows.length < 1 || rows.length > rowsPerCall.max) throw badInput('rows', rowsPerCall.sentence);
  const check = await createRowCheck(deps, rows);
  const checked = rows.map((row, index) => ({ index, result: check(row) }));
  const failed = checked.flatMap(({ index, result }) => ('code' in result ? [{ row: index, ...result }] : []));
  const good = checked.flatMap(({ index, result }) => ('code' in result ? [] : [{ index, registration: result }]));
  const registrations = good.map(({ registration }) => registration);
  const outcomes =
    input.dryRun === true ? await rehearse(deps, actor, registrations) : await write(deps, actor, registrations);
  const gone = good
    .filter((_, index) => outcomes[index] === 'erased')
    .map(({ index }) => ({ row: index, ...erasedUser }));
  return { ...tally(outcomes), failed: [...failed, ...gone].sort((left, right) => left.row - right.row) };
};

/** Erased, or the application deleted, between the look for them and the write. */
const erasedUser = { code: 'NOT_FOUND', message: 'There is no such user or application any more.' } as const;

const rehearse = async (
  { store, clock }: ImportDeps,
  actor: Actor,
  rows: readonly NewRegistration[],
): Promise<readonly ImportOutcome[]> => {
  await store.audit.append(
    auditOf(actor, clock(), { action: 'importRegistrations', ...importDeed(rows, { dryRun: true }) }),
  );
  return rows.length === 0 ? [] : store.registrations.import(rows, { dryRun: true });
};

const write = async (
  { store, clock }: ImportDeps,
  actor: Actor,
  rows: readonly NewRegistration[],
): Promise<readonly ImportOutcome[]> => {
  const audit = auditOf(actor, clock(), { action: 'importRegistrations', ...importDeed(rows) });
  if (rows.length === 0) return recordOnly(store, audit);
  return store.registrations.import(rows, { audit });
};

/** That nothing could be taken is told as well. */
const recordOnly = async (store: Store, audit: AuditEvent): Promise<readonly ImportOutcome[]> => {
  await store.audit.append(audit);
  return [];
};

const tally = (outcomes: readonly ImportOutcome[]) => ({
  created: outcomes.filter((outcome) => outcome === 'created').length,
  moved: outcomes.filter((outcome) => outcome === 'moved').length,
  unchanged: outcomes.filter((outcome) => outcome === 'unchanged').length,
});
