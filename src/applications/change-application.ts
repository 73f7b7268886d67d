import { isDeepStrictEqual } from 'node:util';
import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import { requireHeld } from '../management/held-scopes.js';
import type { Actor } from '../model/actor.js';
import type { Application } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { ManagementError, notFound } from '../model/management-error.js';
import type { ApplicationCollision } from '../store/port/applications.js';
import { guardAdministrators, type AdministratorGuard } from './administrators.js';
import { checkedVersion } from './application-fields.js';
import type { ApplicationDeps } from './application-deps.js';
import { endWhatIsOff } from './switch-off.js';

export interface ApplicationChange {
  /** Name of the mutation, for the audit event. */
  readonly action: string;
  /** Id for the audit event: the application's, or the key set's that is changed. */
  readonly target: (application: Application) => string;
  readonly load: () => Promise<Application | undefined>;
  /** What is not there if `load` finds nothing. */
  readonly what: 'application' | 'key set';
  readonly ifVersion?: number | null | undefined;
  /** Pure, may run several times. Refuses by throwing a ManagementError; may leave `version` and epochs of what it switches off alone. */
  readonly change: (application: Application, at: EpochMillis) => Application;
  /** Of the audit event, where `createOnce` gave one. */
  readonly eventId?: string;
}

/** Each lost round is one that somebody else won, so this many changes at the same moment all come through. */
const attemptLimit = 200;

/**
 * Changes an application by compare-and-set on its version, again on what is there now when another change came first. Raises the epochs
 * of what is switched off, guards the last administrator, and writes the audit event with the change. A change that changes nothing
 * raises no version and is still audited.
 * @throws ManagementError NOT_FOUND; FORBIDDEN when the actor lacks a management scope that one of the key sets holds, before or after;
 *   CONFLICT on `ifVersion`, on a name or client id that is taken, and for the last administrator
 */
export const changeApplication = async (
  deps: ApplicationDeps,
  actor: Actor,
  change: ApplicationChange,
): Promise<Application> => {
  const guard = guardAdministrators(deps.store);
  const ifVersion = checkedVersion(change.ifVersion);
  let applicationId: string | undefined;
  try {
    for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
      const before = await change.load();
      if (before === undefined) throw notFound(change.what);
      applicationId = before.id;
      requireHeld(actor, before);
      if (ifVersion !== undefined && before.version !== ifVersion) throw versionMoved();
      const after = await changeOnce(deps, actor, { before, change, guard });
      if (after !== undefined) return after;
    }
    throw tooBusy();
  } catch (refusal) {
    // After any other error nobody knows whether the write is there: then a set of administrators that is too small is the safe side.
    if (refusal instanceof ManagementError && applicationId !== undefined) {
      await guard.giveBack(applicationId, deps.clock());
    }
    throw refusal;
  }
};

interface Try {
  readonly before: Application;
  readonly change: ApplicationChange;
  readonly guard: AdministratorGuard;
}

/** One try; undefined when another change came first. */
const changeOnce = async (
  deps: ApplicationDeps,
  actor: Actor,
  { before, change, guard }: Try,
): Promise<Application | undefined> => {
  const at = deps.clock();
  const changed = endWhatIsOff(before, change.change(before, at));
  const deed = { action: change.action, ...(change.eventId === undefined ? {} : { id: change.eventId }) };
  if (isDeepStrictEqual(before, changed)) {
    await deps.store.audit.append(auditOf(actor, at, { ...deed, target: change.target(before) }));
    return before;
  }
  requireHeld(actor, changed);
  const after = { ...changed, version: before.version + 1, updatedAt: Math.max(at, before.updatedAt) };
  const target = change.target(keySetsStay(before, after) ? after : before);
  const audit = auditOf(actor, at, { ...deed, target, changes: changesBetween(before, after) });
  await guard.allow({ before, after, at });
  const outcome = await deps.store.applications.replace(after, before.version, audit);
  switch (outcome) {
    case 'replaced':
      await guard.settle({ before, after, at });
      return after;
    case 'version_moved':
      return undefined;
    case 'unknown':
      throw notFound(change.what);
    default:
      throw collision(outcome);
  }
};
