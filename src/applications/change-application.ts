import { isDeepStrictEqual } from 'node:util';
import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import { requireHeld } from '../management/held-scopes.js';
import { keySetById } from '../management/key-sets.js';
import { markEnded, type ApplicationChanged } from '../management/mark-ended.js';
import { replaceApplication } from '../management/replace-application.js';
import { lost, untilDecided, type Lost } from '../management/until-decided.js';
import type { Actor } from '../model/actor.js';
import { keySetsOf, type Application, type KeySet } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { ManagementError, notFound } from '../model/management-error.js';
import type { ApplicationDeps } from './application-deps.js';
import { checkedVersion } from './application-fields.js';
import { keepAdministrator } from './last-administrator.js';
import { endWhatIsOff } from './switch-off.js';

export interface ApplicationChange {
  /** Name of the mutation, for the audit event. */
  readonly action: string;
  readonly load: () => Promise<Application | undefined>;
  /** What is not there if `load` finds nothing. */
  readonly what: 'application' | 'key set';
  /** Id for the audit event: the application's, or that of the key set that is changed. */
  readonly target: (before: Application) => string;
  /** Whose management scopes the actor needs, before and after; absent: those of all key sets. */
  readonly touches?: (application: Application) => readonly KeySet[];
  readonly ifVersion?: number | null | undefined;
  /** Pure, may run several times. Refuses by throwing a ManagementError; leaves version and the epochs of what it switches off alone. */
  readonly change: (before: Application, at: EpochMillis) => Application;
  /** Of the audit event, where `createOnce` gave one. */
  readonly eventId?: string;
}

/**
 * Changes an application by compare-and-set on its version, again on what is there now when another change came first. Raises the epochs
 * of what is switched off, keeps the last administrator, and writes the audit event with the change; then it marks the families that
 * this has ended. A change that changes nothing raises no version and is still audited.
 * @throws ManagementError NOT_FOUND; FORBIDDEN when the actor lacks a management scope that a touched key set holds; CONFLICT on
 *   `ifVersion`, on a name or client id that is taken, and for the last administrator; UNAVAILABLE as `untilDecided`
 */
export const changeApplication = async (
  deps: ApplicationDeps,
  actor: Actor,
  change: ApplicationChange,
): Promise<Application> => {
  const ifVersion = checkedVersion(change.ifVersion);
  const changed = await untilDecided(async () => {
    const before = await change.load();
    if (before === undefined) throw notFound(change.what);
    requireHeld(actor, touchedBy(change, before));
    if (ifVersion !== undefined && before.version !== ifVersion) throw versionMoved();
    return changeOnce(deps, actor, { before, change });
  });
  await markEnded(deps, changed);
  return changed.after;
};

interface Try {
  readonly before: Application;
  readonly change: ApplicationChange;
}

const changeOnce = async (
  deps: ApplicationDeps,
  actor: Actor,
  { before, change }: Try,
): Promise<ApplicationChanged | Lost> => {
  const at = deps.clock();
  const next = endWhatIsOff(before, change.change(before, at));
  const audit = auditOf(actor, at, {
    action: change.action,
    target: change.target(before),
    changes: changesBetween(before, next),
    ...(change.eventId === undefined ? {} : { id: change.eventId }),
  });
  if (isDeepStrictEqual(before, next)) {
    await deps.store.audit.append(audit);
    return { before, after: before };
  }
  requireHeld(actor, touchedBy(change, next));
  if ((await keepAdministrator(deps.store.applications, actor, { before, after: next, at })) === lost) return lost;
  await ensureSigningKeys(deps, before, next);
  const after = await replaceApplication(deps.store.applications, { before, next, audit });
  return after === lost ? lost : { before, after };
};

const touchedBy = ({ touches = keySetsOf }: ApplicationChange, application: Application): readonly KeySet[] =>
  touches(application);

/** Before the first key set asks for an algorithm its key is there: a token request makes none. */
const ensureSigningKeys = async (deps: ApplicationDeps, before: Application, next: Application): Promise<void> => {
  for (const { id, accessTokenAlgorithm } of keySetsOf(next)) {
    if (keySetById(before, id)?.accessTokenAlgorithm === accessTokenAlgorithm) continue;
    await deps.signingKeys.ensure(accessTokenAlgorithm);
  }
};

const versionMoved = (): ManagementError =>
  new ManagementError('CONFLICT', 'The application was changed since: read it again and give its version.', {
    field: 'ifVersion',
  });
