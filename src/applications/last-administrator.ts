import { auditOf } from '../management/audit-of.js';
import { keySetById } from '../management/key-sets.js';
import { lost, type Lost } from '../management/until-decided.js';
import type { Actor } from '../model/actor.js';
import { keySetsOf, type Application } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { ManagementError } from '../model/management-error.js';
import { lastingSecrets } from '../model/secret-rotation.js';
import type { ApplicationStore } from '../store/port/applications.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';

export interface Transition {
  /** As it was read; the write that follows takes place only while this is what is there. */
  readonly before: Application;
  /** Undefined: the application goes. */
  readonly after: Application | undefined;
  readonly at: EpochMillis;
}

/**
 * Keeps one enabled client that holds applications:write and can use it for good: asked before each write of an application. A change that
 * takes this ability away needs another client that has it, a witness. The witness's version is raised before the write, so that of
 * two who each count on the other's client one finds that he was overtaken and looks again. See docs/decisions/0051.
 * @returns `lost` when the witness was changed meanwhile: begin again
 * @throws ManagementError CONFLICT when nobody else could administer
 */
export const keepAdministrator = async (
  applications: ApplicationStore,
  actor: Actor,
  { before, after, at }: Transition,
): Promise<'kept' | Lost> => {
  if (!takesAway(before, after) || administers(after)) return 'kept';
  const witness = await findWitness(applications, before.id);
  if (witness === undefined) throw lastAdministrator();
  const audit = auditOf(actor, at, { action: 'keepAdministrator', target: witness.id });
  const touched = { ...witness, version: witness.version + 1 };
  return (await applications.replace(touched, witness.version, audit)) === 'replaced' ? 'kept' : lost;
};

const takesAway = (before: Application, after: Application | undefined): boolean =>
  keySetsOf(before).some((keySet) => standingOf(after, keySet.id) < standingOf(before, keySet.id));

const administers = (application: Application | undefined): boolean =>
  application !== undefined && keySetsOf(application).some(({ id }) => standingOf(application, id) === lasting);

const none = 0;
/** Enabled, and a token that holds applications:write can be asked for. */
const holding = 1;
/** And there is something to authenticate with that does not end by itself, without a write that could be refused. */
const lasting = 2;

const standingOf = (application: Application | undefined, keySetId: string): number => {
  const keySet = application && keySetById(application, keySetId);
  if (keySet === undefined || application?.enabled !== true || !keySet.enabled) return none;
  // Management scopes go to no other grant.
  if (!keySet.scopes.includes('applications:write') || !keySet.grantTypes.includes('client_credentials')) return none;
  const withoutEnd = keySet.authenticationMethod === 'PRIVATE_KEY_JWT' || lastingSecrets(keySet.secrets).length > 0;
  return withoutEnd ? lasting : holding;
};

/** Reads applications until one administers; asked only when another one stops doing so, which is rare. */
const findWitness = async (applications: ApplicationStore, exceptId: string): Promise<Application | undefined> => {
  for await (const page of pagesOfApplications(applications, { enabled: true })) {
    const witness = page.find((application) => application.id !== exceptId && administers(application));
    if (witness !== undefined) return witness;
  }
  return undefined;
};

const lastAdministrator = (): ManagementError =>
  new ManagementError(
    'CONFLICT',
    'This would leave no enabled client that holds applications:write and has a secret without an end: make another one first.',
  );
