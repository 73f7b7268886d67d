import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import { requireHeld } from '../management/held-scopes.js';
import { lookedUpId } from '../management/input-limits.js';
import { lost, untilDecided, type Lost } from '../management/until-decided.js';
import type { Actor } from '../model/actor.js';
import { keySetsOf } from '../model/application.js';
import { notFound } from '../model/management-error.js';
import type { ApplicationDeps } from './application-deps.js';
import { keepAdministrator } from './last-administrator.js';

export interface DeleteApplicationInput {
  readonly id: string;
}

/**
 * Deletes an application with its keys, tokens and statistics.
 * @returns its id
 * @throws ManagementError NOT_FOUND; FORBIDDEN as `changeApplication`; CONFLICT for the last administrator; BAD_USER_INPUT on `id`;
 *   UNAVAILABLE as `untilDecided`
 */
export const deleteApplication = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: DeleteApplicationInput,
): Promise<string> => {
  const id = lookedUpId('id', input.id);
  return untilDecided(() => deleteOnce(deps, actor, id));
};

const deleteOnce = async (deps: ApplicationDeps, actor: Actor, id: string): Promise<string | Lost> => {
  const { applications } = deps.store;
  const before = await applications.find(id);
  if (before === undefined) throw notFound('application');
  requireHeld(actor, keySetsOf(before));
  const at = deps.clock();
  if ((await keepAdministrator(applications, actor, { before, after: undefined, at })) === lost) return lost;
  const changes = changesBetween(before, undefined);
  const audit = auditOf(actor, at, { action: 'deleteApplication', target: id, changes });
  switch (await applications.remove(id, audit, before.version)) {
    case 'removed':
      return id;
    case 'version_moved':
      return lost;
    case 'unknown':
      throw notFound('application');
  }
};
