import type { Application } from '../model/application.js';
import type { AuditEvent } from '../model/audit-event.js';
import { notFound } from '../model/management-error.js';
import type { ApplicationStore } from '../store/port/applications.js';
import { collision } from './collision.js';
import { lost, type Lost } from './until-decided.js';

export interface Replacement {
  /** As it was read: the write takes place only while this is what is there. */
  readonly before: Application;
  /** Its version and time of change are set here. */
  readonly next: Application;
  readonly audit: AuditEvent;
}

/**
 * Writes one change of an application with its audit event, by compare-and-set on the version.
 * @returns what was written; `lost` when another change came first
 * @throws ManagementError NOT_FOUND, or CONFLICT on a name or client id that is taken
 */
export const replaceApplication = async (
  applications: ApplicationStore,
  { before, next, audit }: Replacement,
): Promise<Application | Lost> => {
  const after = { ...next, version: before.version + 1, updatedAt: Math.max(audit.at, before.updatedAt) };
  const outcome = await applications.replace(after, before.version, audit);
  switch (outcome) {
    case 'replaced':
      return after;
    case 'version_moved':
      return lost;
    case 'unknown':
      throw notFound('application');
    default:
      throw collision(outcome);
  }
};
